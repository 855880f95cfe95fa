import { readLatin1 } from "#wire/latin1.ts";

const SLOTS = 4096;
/** Longer texts are rarely seen twice, and not worth the memory. */
const LONGEST = 128;

const slots: (string | undefined)[] = Array.from({ length: SLOTS }, () => undefined);

/**
 * Bytes `from` to `to` as a string of one char a byte: the same string as last time where it was seen
 * before. Field names and most values come again with every request; making strings of them anew is
 * what a request costs most. What collides is replaced.
 */
export function intern(bytes: Uint8Array, from: number, to: number): string {
  const length = to - from;
  if (length === 0) return "";
  if (length > LONGEST) return readLatin1(bytes, from, to);
  const slot = slotOf(bytes, from, to, length);
  const known = slots[slot];
  if (known !== undefined && known.length === length && isSame(known, bytes, from)) return known;
  const text = readLatin1(bytes, from, to);
  slots[slot] = text;
  return text;
}

/** By eight of the bytes: texts of the same kind (dates, tags, addresses) differ in one of them. */
function slotOf(bytes: Uint8Array, from: number, to: number, length: number): number {
  const quarter = length >> 2;
  const middle = from + (length >> 1);
  const a = Math.imul((bytes[from] as number) + length, 0x9e3779b1);
  const b = Math.imul((bytes[to - 1] as number) + 3, 0x85ebca6b);
  const c = Math.imul((bytes[to - 2] as number) + 5, 0xc2b2ae35);
  const d = Math.imul((bytes[middle] as number) + 7, 0x27d4eb2f);
  const e = Math.imul((bytes[from + quarter] as number) + 11, 0x165667b1);
  const f = Math.imul((bytes[to - 1 - quarter] as number) + 13, 0x2545f491);
  const g = Math.imul((bytes[middle - (quarter >> 1)] as number) + 17, 0x5bd1e995);
  const h = Math.imul((bytes[middle + (quarter >> 1)] as number) + 19, 0x1b873593);
  return ((a ^ b) + (c ^ d) + (e ^ f) + (g ^ h)) >>> 20;
}

function isSame(text: string, bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[from + i]) return false;
  }
  return true;
}
