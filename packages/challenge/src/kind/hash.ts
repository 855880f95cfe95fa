import { compress, INITIAL } from "#kind/sha256.ts";

/*
 * The plain kind: a share is a nonce whose SHA-256, taken with the seed, begins with zero bits. One
 * hash verifies a share.
 */

const block = new Int32Array(16);
const state = new Int32Array(8);

/** seed (8 words), nonce, a word that stays 0, padding (FIPS 180-4, section 5.1.1). */
function load(seed: Int32Array): void {
  block.fill(0);
  block.set(seed);
  block[10] = 0x80000000 | 0;
  block[15] = 320;
}

function zeros(nonce: number): number {
  block[8] = nonce;
  state.set(INITIAL);
  compress(state, block);
  return Math.clz32(state[0] as number);
}

export function isHashShare(seed: Int32Array, bits: number, nonce: number): boolean {
  load(seed);
  return zeros(nonce) >= bits;
}

/** The first share among `count` nonces from `from` on, or -1. */
export function findHashShare(seed: Int32Array, bits: number, from: number, count: number): number {
  load(seed);
  for (let nonce = from; nonce < from + count; nonce++) if (zeros(nonce) >= bits) return nonce;
  return -1;
}
