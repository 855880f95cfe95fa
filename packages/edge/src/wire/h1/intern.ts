import { readLatin1 } from "#wire/latin1.ts";

const SLOTS = 4096;
/** Longer texts are rarely seen twice, and not worth the memory. */
const LONGEST = 128;

const slots: (string | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

/**
 * Bytes `from` to `to` as a string of one char a byte: the same string as last time where it was seen
 * before. Field names and most values come again with every request; making strings of them anew is
 * what a request costs most. `hash` is any hash of the bytes; what collides is replaced.
 */
export function intern(bytes: Uint8Array, from: number, to: number, hash: number): string {
  const length = to - from;
  if (length > LONGEST) return readLatin1(bytes, from, to);
  const slot = (hash ^ (hash >>> 12) ^ length) & (SLOTS - 1);
  const known = slots[slot];
  if (known !== undefined && known.length === length && isSame(known, bytes, from)) return known;
  const text = readLatin1(bytes, from, to);
  slots[slot] = text;
  return text;
}

function isSame(text: string, bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[from + i]) return false;
  }
  return true;
}
