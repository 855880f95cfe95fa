import type { KeyObject } from "node:crypto";
import { AppError } from "@egide/std/error.ts";
import { z } from "zod";
import { type SigningKey, signText, verifiesText } from "#signing.ts";

const CONTEXT = "egide receipt v1\n";
const PREFIX = "egr1";
/** No receipt is nearly as long: what is longer is not worth decoding. */
const LONGEST = 4096;

/** What refused a visitor. */
export const refusalKindSchema = z.enum(["rule", "limit", "bot", "mitigation", "waf", "ban"]);
export type RefusalKind = z.infer<typeof refusalKindSchema>;

/** What an installation says, under its signature, about one refusal. */
export const receiptSchema = z.strictObject({
  zone: z.string(),
  kind: refusalKindSchema,
  /** Listed in docs/reference/errors.md. */
  code: z.string(),
  /** Id of the rule; "" where the kind says it all. */
  rule: z.string(),
  /** Id of the refused request, as the request log has it. */
  request: z.string(),
  time: z.iso.datetime(),
  /** Keyed hash of the visitor's address: who has not the key learns nothing of the address. */
  visitor: z.string(),
  /** Until when it can be contested. */
  appealUntil: z.iso.datetime(),
  /** Which key signed. */
  key: z.string(),
});

export type Receipt = z.infer<typeof receiptSchema>;

/** `egr1.<payload>.<signature>`, both base64url. */
export function signReceipt(receipt: Omit<Receipt, "key">, key: SigningKey): string {
  const payload = Buffer.from(JSON.stringify({ ...receipt, key: key.id }), "utf8");
  const text = payload.toString("base64url");
  return `${PREFIX}.${text}.${signText(CONTEXT, text, key)}`;
}

/** What a receipt says; throws AppError where it is none, or not signed by that key. */
export function openReceipt(text: string, key: KeyObject): Receipt {
  const [prefix, payload = "", signature = "", more] = text.slice(0, LONGEST).split(".", 4);
  if (prefix !== PREFIX || more !== undefined) throw refused("receipt.malformed", "not a receipt");
  if (!verifiesText(CONTEXT, payload, signature, key)) {
    throw refused("receipt.bad_signature", "not signed by this key");
  }
  try {
    return receiptSchema.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  } catch (cause) {
    throw refused("receipt.malformed", "not a receipt of this version", cause);
  }
}

function refused(code: string, publicMessage: string, cause?: unknown): AppError {
  return new AppError({ code, source: "client", retry: false, publicMessage, cause });
}
