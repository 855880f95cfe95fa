import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/**
 * What is under legal hold is kept encrypted (AES-256-GCM): a copy of the database alone shows
 * nothing of it, and opening one leaves an entry in the staff's log.
 */
export interface SealedText {
  readonly sealed: string;
  /** SHA-256 of the plain text: says what was sealed without opening it. */
  readonly hash: string;
}

const NONCE = 12;
const TAG = 16;

export function seal(text: string, context: string, key: Uint8Array): SealedText {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  const sealed = Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
  return { sealed, hash: createHash("sha256").update(text).digest("hex") };
}

/** Throws where the text was changed, or was sealed under another context or key. */
export function unseal(sealed: string, context: string, key: Uint8Array): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE));
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
  return decipher.update(bytes.subarray(NONCE + TAG), undefined, "utf8") + decipher.final("utf8");
}
