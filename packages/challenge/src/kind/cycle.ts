import { findEnds, lefts, loadGraph, LONGEST, numbers, rights, SHORTEST } from "#kind/graph.ts";

/** Open addressing over the ends of a proof's edges: node → the two edges that meet there. */
const SLOTS = 128;
const stamps = new Int32Array(SLOTS * 2);
const nodes = new Int32Array(SLOTS * 2);
const ones = new Int32Array(SLOTS * 2);
const twos = new Int32Array(SLOTS * 2);
let stamp = 0;

/** Notes that `edge` ends at `node`; false where two others do already. */
function meet(side: number, node: number, edge: number): boolean {
  let slot = (node ^ (node >>> 7)) & (SLOTS - 1);
  for (;;) {
    const at = side + slot;
    if (stamps[at] !== stamp) {
      stamps[at] = stamp;
      nodes[at] = node;
      ones[at] = edge;
      twos[at] = -1;
      return true;
    }
    if (nodes[at] === node) {
      if (twos[at] !== -1) return false;
      twos[at] = edge;
      return true;
    }
    slot = (slot + 1) & (SLOTS - 1);
  }
}

/** The other edge at `node`, or -1. */
function other(side: number, node: number, edge: number): number {
  let slot = (node ^ (node >>> 7)) & (SLOTS - 1);
  while (nodes[side + slot] !== node) slot = (slot + 1) & (SLOTS - 1);
  const one = ones[side + slot] as number;
  return one === edge ? (twos[side + slot] as number) : one;
}

/** True where the first `length` edges of `proof`, ascending, form one cycle of graph `index`. */
export function isCycle(
  seed: Int32Array,
  size: number,
  index: number,
  proof: Int32Array,
  length: number,
): boolean {
  if (length < SHORTEST || length > LONGEST || length % 2 !== 0) return false;
  const edges = 1 << size;
  for (let i = 0, previous = -1; i < length; i++) {
    const nonce = proof[i] as number;
    if (nonce <= previous || nonce >= edges) return false;
    previous = nonce;
    numbers[i] = nonce;
  }
  loadGraph(seed, index);
  findEnds(length, edges - 1);
  stamp = (stamp + 1) | 0;
  for (let i = 0; i < length; i++) {
    if (!meet(0, lefts[i] as number, i) || !meet(SLOTS, rights[i] as number, i)) return false;
  }
  let here = 0;
  for (let steps = 1; ; steps++) {
    const across = other(0, lefts[here] as number, here);
    if (across < 0) return false;
    here = other(SLOTS, rights[across] as number, across);
    if (here < 0) return false;
    if (here === 0) return steps * 2 === length;
    if (steps * 2 >= length) return false;
  }
}
