import { type KeyObject, sign, verify } from "node:crypto";
import { AppError } from "@egide/std/error.ts";
import { z } from "zod";
import { type Snapshot, snapshotSchema } from "#snapshot.ts";

/** Keeps a signature over a snapshot from being one over anything else that the key signs. */
const CONTEXT = "egide snapshot v1\n";

/** A snapshot on its way between machines: the exact bytes that were signed, and by whom. */
export const envelopeSchema = z.strictObject({
  alg: z.literal("Ed25519"),
  keyId: z.string().min(1).max(200),
  /** JSON of the snapshot, as text: it is verified before it is parsed. */
  payload: z.string(),
  /** base64url of the 64 bytes (RFC 8032). */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/),
});

export type Envelope = z.infer<typeof envelopeSchema>;

export function signSnapshot(snapshot: Snapshot, keyId: string, privateKey: KeyObject): Envelope {
  const payload = JSON.stringify(snapshot);
  const signature = sign(null, Buffer.from(CONTEXT + payload, "utf8"), privateKey);
  return { alg: "Ed25519", keyId, payload, signature: signature.toString("base64url") };
}

/**
 * The snapshot inside, or an AppError that says why not. `after` is the version in force: anything
 * not newer is refused, so that an old envelope cannot be played again.
 */
export function openEnvelope(
  input: unknown,
  trusted: ReadonlyMap<string, KeyObject>,
  after: number,
): Snapshot {
  const envelope = envelopeSchema.safeParse(input);
  if (!envelope.success) throw refused("snapshot.malformed", "not a snapshot envelope");
  const { keyId, payload, signature } = envelope.data;
  const key = trusted.get(keyId);
  if (key === undefined)
    throw refused("snapshot.unknown_key", "signed by a key that is not trusted");
  const bytes = Buffer.from(CONTEXT + payload, "utf8");
  if (!verify(null, bytes, key, Buffer.from(signature, "base64url"))) {
    throw refused("snapshot.bad_signature", "the signature does not fit the snapshot");
  }
  const snapshot = parseSnapshot(payload);
  if (snapshot.version <= after) {
    throw refused("snapshot.stale", "not newer than the snapshot in force");
  }
  return snapshot;
}

function parseSnapshot(text: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refused("snapshot.malformed", "the snapshot is not JSON", cause);
  }
  const parsed = snapshotSchema.safeParse(value);
  if (!parsed.success) {
    throw refused("snapshot.invalid", z.prettifyError(parsed.error), parsed.error);
  }
  return parsed.data;
}

function refused(code: string, publicMessage: string, cause?: unknown): AppError {
  return new AppError({ code, source: "operator", retry: false, publicMessage, cause });
}
