import { compress, INITIAL } from "#kind/sha256.ts";

/*
 * The memory-hard kind: a share is a cycle in a random bipartite graph (Cuckoo Cycle: J. Tromp, 2014),
 * which takes a table of all nodes, read at random, to find, and one hash an edge to verify. The graph
 * has 2^size edges on twice as many nodes; any cycle of 12 to 40 edges will do, so that every
 * second graph or so has one and the time to find a few varies little.
 */

export const SHORTEST = 12;
export const LONGEST = 40;

const block = new Int32Array(16);
const keys = new Int32Array(8);

/** The graph `index` of a seed: the edges' key is the start of SHA-256(seed ‖ index ‖ 1). */
export function loadGraph(seed: Int32Array, index: number): void {
  block.fill(0);
  block.set(seed);
  block[8] = index;
  block[9] = 1;
  block[10] = 0x80000000 | 0;
  block[15] = 320;
  keys.set(INITIAL);
  compress(keys, block);
}

/** Edges that are worked on at a time: their numbers, and their ends. */
export const BATCH = 1024;
export const numbers = new Int32Array(BATCH);
export const lefts = new Int32Array(BATCH);
export const rights = new Int32Array(BATCH);

/**
 * Ends of the first `count` edges of `numbers`, by the rounds of HalfSipHash-1-3; both halves of its
 * state are used. Many at a time, and the first round on its own: three times as fast in V8.
 */
export function findEnds(count: number, mask: number): void {
  const key0 = keys[0] as number;
  const key1 = keys[1] as number;
  const key2 = keys[2] as number;
  const key3 = keys[3] as number;
  for (let i = 0; i < count; i++) {
    const nonce = numbers[i] as number;
    let a = key0;
    let b = key1;
    let c = key2;
    let d = key3 ^ nonce;
    a = (a + b) | 0;
    b = ((b << 5) | (b >>> 27)) ^ a;
    a = (a << 16) | (a >>> 16);
    c = (c + d) | 0;
    d = ((d << 8) | (d >>> 24)) ^ c;
    a = (a + d) | 0;
    d = ((d << 7) | (d >>> 25)) ^ a;
    c = (c + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ c;
    c = (c << 16) | (c >>> 16);
    a ^= nonce;
    c ^= 0xff;
    for (let round = 0; round < 3; round++) {
      a = (a + b) | 0;
      b = ((b << 5) | (b >>> 27)) ^ a;
      a = (a << 16) | (a >>> 16);
      c = (c + d) | 0;
      d = ((d << 8) | (d >>> 24)) ^ c;
      a = (a + d) | 0;
      d = ((d << 7) | (d >>> 25)) ^ a;
      c = (c + b) | 0;
      b = ((b << 13) | (b >>> 19)) ^ c;
      c = (c << 16) | (c >>> 16);
    }
    lefts[i] = (a ^ b) & mask;
    rights[i] = ((c ^ d) & mask) + mask + 1;
  }
}

/** The same of edges `from` on. */
export function findEndsFrom(from: number, count: number, mask: number): void {
  for (let i = 0; i < count; i++) numbers[i] = from + i;
  findEnds(count, mask);
}
