import type { Mac } from "#issue/mac.ts";

const TAG = 16;

/** `payload` and the first half of its MAC, as base64url. */
export function seal(mac: Mac, payload: Uint8Array): string {
  const out = Buffer.allocUnsafe(payload.length + TAG);
  out.set(payload);
  out.set(mac.sign(payload).subarray(0, TAG), payload.length);
  return out.toString("base64url");
}

/** Characters of a sealed payload of so many bytes. */
export function sealedLength(payload: number): number {
  return Math.ceil(((payload + TAG) * 4) / 3);
}

/** The bytes of a token of exactly `length` payload bytes, not yet checked; null: no such token. */
export function unwrap(text: string, length: number): Uint8Array | null {
  if (text.length !== sealedLength(length)) return null;
  const bytes = Buffer.from(text, "base64url");
  // The decoder skips what is no base64url and drops loose bits: only the one spelling counts, or a
  // token could be used twice under two names.
  if (bytes.length !== length + TAG || bytes.toString("base64url") !== text) return null;
  return bytes;
}

/** True where the bytes end with their own MAC. Takes the same time wherever they differ. */
export function isSealed(mac: Mac, bytes: Uint8Array): boolean {
  const length = bytes.length - TAG;
  const tag = mac.sign(bytes.subarray(0, length));
  let difference = 0;
  for (let i = 0; i < TAG; i++) difference |= (tag[i] as number) ^ (bytes[length + i] as number);
  return difference === 0;
}

/** What tells one token from all others: part of its MAC, which nobody can choose. */
export function tokenId(bytes: Uint8Array): [number, number] {
  const at = bytes.length - TAG;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return [view.getInt32(0), view.getInt32(4)];
}
