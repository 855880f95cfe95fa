import { compress, INITIAL } from "#kind/sha256.ts";

/*
 * The memory-hard kind: a share is a cycle in a random bipartite graph (Cuckoo Cycle: J. Tromp, 2014),
 * which takes a table of all nodes, read at random, to find, and one hash an edge to verify. The graph
 * has 2^size edges on twice as many nodes; any cycle of 12 to 40 edges will do, so that every
 * second graph or so has one and the time to find a few varies little.
 */

export const SHORTEST = 12;
export const LONGEST = 40;
/** Nodes on a path: longer ones are so rare that the graph is given up. */
const MOST_PATH = 4096;

const block = new Int32Array(16);
const keys = new Int32Array(8);
let k0 = 0;
let k1 = 0;
let k2 = 0;
let k3 = 0;

/** The graph `index` of a seed: the edges' key is the start of SHA-256(seed ‖ index ‖ 1). */
function loadGraph(seed: Int32Array, index: number): void {
  block.fill(0);
  block.set(seed);
  block[8] = index;
  block[9] = 1;
  block[10] = 0x80000000 | 0;
  block[15] = 320;
  keys.set(INITIAL);
  compress(keys, block);
  k0 = keys[0] as number;
  k1 = keys[1] as number;
  k2 = keys[2] as number;
  k3 = keys[3] as number;
}

let left = 0;
let right = 0;

/** Ends of an edge by the rounds of HalfSipHash-1-3; both halves of its state are used. */
function edge(nonce: number, mask: number): void {
  let a = k0;
  let b = k1;
  let c = k2;
  let d = k3 ^ nonce;
  for (let round = 0; round < 4; round++) {
    if (round === 1) {
      a ^= nonce;
      c ^= 0xff;
    }
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
  left = (a ^ b) & mask;
  right = (c ^ d) & mask;
}

/** Writes the path from `node` to its root into `out`; answers the root's place, or -1. */
function follow(next: Int32Array, node: number, out: Int32Array): number {
  let at = 0;
  for (let here = node; ; at++) {
    if (at > MOST_PATH) return -1;
    out[at] = here;
    here = (next[here] as number) - 1;
    if (here < 0) return at;
  }
}

/**
 * Looks for cycles graph by graph, as many edges at a time as the caller likes. `next` leads every node
 * towards the root of its tree (plus one; 0: it is a root): the table that is read at random.
 */
export class CycleSearch {
  readonly #edges: number;
  readonly #next: Int32Array;
  readonly #lefts = new Int32Array(MOST_PATH + 1);
  readonly #rights = new Int32Array(MOST_PATH + 1);
  #nonce = 0;

  constructor(size: number) {
    this.#edges = 1 << size;
    this.#next = new Int32Array(2 << size);
  }

  /** Begins with graph `index` of a seed. Searches take turns only between graphs. */
  begin(seed: Int32Array, index: number): void {
    loadGraph(seed, index);
    this.#next.fill(0);
    this.#nonce = 0;
  }

  /** The edges of a cycle, ascending; null: the graph has none that will do; undefined: go on. */
  step(count: number): number[] | null | undefined {
    const edges = this.#edges;
    const end = Math.min(edges, this.#nonce + count);
    for (let nonce = this.#nonce; nonce < end; nonce++) {
      const found = this.#add(nonce);
      if (found !== undefined) return found;
    }
    this.#nonce = end;
    return end === edges ? null : undefined;
  }

  #add(nonce: number): number[] | null | undefined {
    const next = this.#next;
    const lefts = this.#lefts;
    const rights = this.#rights;
    const mask = this.#edges - 1;
    edge(nonce, mask);
    const u = left;
    const v = this.#edges + right;
    let nu = follow(next, u, lefts);
    let nv = follow(next, v, rights);
    if (nu < 0 || nv < 0) return null;
    if (lefts[nu] === rights[nv]) {
      const common = Math.min(nu, nv);
      nu -= common;
      nv -= common;
      while (lefts[nu] !== rights[nv]) {
        nu++;
        nv++;
      }
      const length = nu + nv + 1;
      // Too short or too long: this edge is left out of the trees.
      if (length < SHORTEST || length > LONGEST) return undefined;
      return edgesOf(nu, nv, mask, lefts, rights, nonce);
    }
    if (nu < nv) {
      while (nu-- > 0) next[lefts[nu + 1] as number] = (lefts[nu] as number) + 1;
      next[u] = v + 1;
    } else {
      while (nv-- > 0) next[rights[nv + 1] as number] = (rights[nv] as number) + 1;
      next[v] = u + 1;
    }
    return undefined;
  }
}

/** Names the edges between the nodes of a cycle: each is worked out again and looked up. */
function edgesOf(
  nu: number,
  nv: number,
  mask: number,
  lefts: Int32Array,
  rights: Int32Array,
  last: number,
): number[] {
  const wanted = new Set<number>();
  const want = (a: number, b: number): void => {
    // One end is a left node, the other a right one.
    const [u, v] = a <= mask ? [a, b] : [b, a];
    wanted.add(u * 0x100000 + (v - mask - 1));
  };
  want(lefts[0] as number, rights[0] as number);
  for (let i = 0; i < nu; i++) want(lefts[i] as number, lefts[i + 1] as number);
  for (let i = 0; i < nv; i++) want(rights[i] as number, rights[i + 1] as number);
  const found: number[] = [];
  for (let nonce = 0; nonce <= last; nonce++) {
    edge(nonce, mask);
    // Of two edges between the same nodes one belongs to the cycle.
    if (wanted.delete(left * 0x100000 + right)) found.push(nonce);
  }
  return found;
}

/** Open addressing over the ends of a proof's edges: node → the two edges that meet there. */
const SLOTS = 128;
const stamps = new Int32Array(SLOTS * 2);
const nodes = new Int32Array(SLOTS * 2);
const ones = new Int32Array(SLOTS * 2);
const twos = new Int32Array(SLOTS * 2);
const lefts = new Int32Array(LONGEST);
const rights = new Int32Array(LONGEST);
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
  loadGraph(seed, index);
  const edges = 1 << size;
  stamp = (stamp + 1) | 0;
  for (let i = 0, previous = -1; i < length; i++) {
    const nonce = proof[i] as number;
    if (nonce <= previous || nonce >= edges) return false;
    previous = nonce;
    edge(nonce, edges - 1);
    lefts[i] = left;
    rights[i] = right;
    if (!meet(0, left, i) || !meet(SLOTS, right, i)) return false;
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
