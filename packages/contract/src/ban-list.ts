import { AppError } from "@egide/std/error.ts";
import { z } from "zod";
import { keyIdOf, publicKeyOf, type SigningKey, signText, verifiesText } from "#signing.ts";

const CONTEXT = "egide bans v1\n";
/** A list that has lain about for longer is a thing of the past. */
const OLDEST_MS = 7 * 86_400_000;
/** Clocks of two operators may differ by so much. */
const AHEAD_MS = 300_000;
/** Bytes of a list that is read at all. */
export const MOST_LIST_BYTES = 8_388_608;

export const sharedBanSchema = z.strictObject({
  /** An address or a block in CIDR notation. */
  prefix: z.string().min(1).max(64),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  /** Why, in the words of whoever made it. */
  evidence: z.string().max(512),
  by: z.enum(["operator", "automation"]),
});

/** A ban as one operator tells it to another. */
export type SharedBan = z.infer<typeof sharedBanSchema>;

const listSchema = z.strictObject({
  format: z.literal(1),
  issued: z.iso.datetime(),
  bans: z.array(sharedBanSchema).max(100_000),
});

const envelopeSchema = z.strictObject({
  alg: z.literal("Ed25519"),
  keyId: z.string().max(200),
  /** JSON of the list, as text: it is verified before it is parsed. */
  payload: z.string(),
  signature: z.string(),
});

/** The signed list, as JSON text. */
export function signBanList(bans: readonly SharedBan[], now: number, key: SigningKey): string {
  const payload = JSON.stringify({ format: 1, issued: new Date(now).toISOString(), bans });
  const signature = signText(CONTEXT, payload, key);
  return JSON.stringify({ alg: "Ed25519", keyId: key.id, payload, signature });
}

/** The bans of a list, and which of `peers` signed it; throws AppError where none did. */
export function openBanList<Peer extends { readonly key: string }>(
  text: string,
  peers: readonly Peer[],
  now: number,
): { readonly peer: Peer; readonly bans: readonly SharedBan[] } {
  const envelope = envelopeSchema.safeParse(parse(text));
  if (!envelope.success) throw refused("ban.list_malformed", "not a signed list of bans");
  const { keyId, payload, signature } = envelope.data;
  for (const peer of peers) {
    const key = publicKeyOf(peer.key);
    if (key === null || keyIdOf(key) !== keyId) continue;
    if (!verifiesText(CONTEXT, payload, signature, key)) {
      throw refused("ban.list_signature", "the signature does not fit the list");
    }
    const list = listSchema.safeParse(parse(payload));
    if (!list.success) throw refused("ban.list_malformed", "not a list of this version");
    const issued = Date.parse(list.data.issued);
    if (issued < now - OLDEST_MS || issued > now + AHEAD_MS) {
      throw refused("ban.list_stale", `issued at ${list.data.issued}: too old, or in the future`);
    }
    return { peer, bans: list.data.bans };
  }
  throw refused("ban.list_unknown_key", "signed by a key that is none of bans.peers");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refused(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "operator", retry: false, publicMessage });
}
