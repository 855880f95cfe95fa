const WORDS = 8;
const HASH = /^[0-9a-f]{64}$/i;

/** A 256-bit hash as eight words, most significant first. */
export type HashWords = Uint32Array;

export function isPdq(text: string): boolean {
  return HASH.test(text);
}

export function wordsOf(hash: string): HashWords {
  const out = new Uint32Array(WORDS);
  for (let i = 0; i < WORDS; i++) out[i] = Number.parseInt(hash.slice(i * 8, i * 8 + 8), 16);
  return out;
}

/** Bits set in a word of 32 (Warren, "Hacker's Delight", 5-1). */
export function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bits in which two hashes differ. */
export function distanceOf(a: HashWords, b: HashWords): number {
  let sum = 0;
  for (let i = 0; i < WORDS; i++) sum += ones((a[i] as number) ^ (b[i] as number));
  return sum;
}
