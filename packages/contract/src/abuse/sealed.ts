import type { KeyObject } from "node:crypto";
import { AppError } from "@egide/std/error.ts";
import { z } from "zod";
import { type Message, type MessageKind, type MessageOf, messageSchema } from "#abuse/message.ts";
import { keyIdOf, type SigningKey, signText, verifiesText } from "#signing.ts";

const CONTEXT = "egide abuse v1\n";
/** Messages are sent again for days while the other side is down; older ones are history. */
export const OLDEST_MS = 7 * 86_400_000;
/** Clocks of two parties may differ by so much. */
export const AHEAD_MS = 300_000;
/** Bytes of a message that is read at all: a report with all its evidence stays below. */
export const MOST_MESSAGE_BYTES = 16_777_216;

/** A message on its way: the exact text that was signed, and by which key. */
export const sealedSchema = z.strictObject({
  alg: z.literal("Ed25519"),
  keyId: z.string().min(1).max(200),
  /** JSON of the message, as text: it is verified before it is parsed. */
  payload: z.string().max(MOST_MESSAGE_BYTES),
  signature: z.string().max(100),
});

export type Sealed = z.infer<typeof sealedSchema>;

export function sealMessage(message: Message, key: SigningKey): Sealed {
  const payload = JSON.stringify(messageSchema.parse(message));
  return { alg: "Ed25519", keyId: key.id, payload, signature: signText(CONTEXT, payload, key) };
}

export interface Opening {
  /** Keys of the parties that are listened to. */
  readonly trusted: ReadonlyMap<string, KeyObject>;
  /** Under what name this side is spoken to. */
  readonly self: string;
  readonly now: number;
}

/** What a sealed message says and who says it, or an AppError that says why it is not taken. */
export function openMessage(input: unknown, { trusted, self, now }: Opening): Message {
  const sealed = sealedSchema.safeParse(input);
  if (!sealed.success) throw refused("abuse.malformed", "not a sealed message");
  const { keyId, payload, signature } = sealed.data;
  const found = [...trusted].find(([, key]) => keyIdOf(key) === keyId);
  if (found === undefined) throw refused("abuse.unknown_key", "signed by a key not trusted here");
  const [party, key] = found;
  if (!verifiesText(CONTEXT, payload, signature, key)) {
    throw refused("abuse.bad_signature", "the signature does not fit the message");
  }
  const message = messageSchema.safeParse(parse(payload));
  if (!message.success) throw refused("abuse.invalid", z.prettifyError(message.error));
  const { from, to, issued } = message.data;
  if (from !== party) throw refused("abuse.unknown_key", "this key does not speak for the sender");
  if (to !== self) throw refused("abuse.not_for_us", "addressed to somebody else");
  const at = Date.parse(issued);
  if (at < now - OLDEST_MS || at > now + AHEAD_MS) {
    throw refused("abuse.stale", "issued too long ago, or in the future");
  }
  return message.data;
}

/** Narrows a message to the kinds that one side takes. */
export function expectKind<Kind extends MessageKind>(
  message: Message,
  ...kinds: readonly Kind[]
): MessageOf<Kind> {
  if ((kinds as readonly string[]).includes(message.kind)) return message as MessageOf<Kind>;
  throw refused("abuse.unexpected", `a message of kind ${message.kind} is not taken here`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refused(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage });
}
