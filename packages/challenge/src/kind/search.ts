import { BATCH, findEndsFrom, lefts, loadGraph, LONGEST, rights, SHORTEST } from "#kind/graph.ts";

/** What a node's entry counts its edges by; below is the exclusive or of their other ends. */
const ONE = 1 << 24;
const OTHERS = ONE - 1;

/**
 * Looks for cycles graph by graph, in pieces as large as the caller likes: counts the edges of every
 * node in one table, read and written at random; takes away whatever hangs by one edge alone, again and
 * again, until only cycles and what joins them is left; and closes those one by one.
 */
export class CycleSearch {
  readonly #edges: number;
  readonly #nodes: Int32Array;
  /** Edges, then nodes, then edges again: how much of them was gone through. */
  #at = 0;
  #remaining = 0;
  #core: number[] = [];
  readonly #forest = new Map<number, { readonly to: number; readonly nonce: number }>();

  constructor(size: number) {
    this.#edges = 1 << size;
    this.#nodes = new Int32Array(2 << size);
  }

  /** Begins with graph `index` of a seed. Searches take turns only between graphs. */
  begin(seed: Int32Array, index: number): void {
    loadGraph(seed, index);
    this.#nodes.fill(0);
    this.#at = 0;
    this.#remaining = this.#edges;
    this.#core = [];
    this.#forest.clear();
  }

  /** The edges of a cycle, ascending; null: the graph has no more that will do; undefined: go on. */
  step(count: number): number[] | null | undefined {
    const edges = this.#edges;
    const from = this.#at;
    const phase = Math.floor(from / edges);
    const to = Math.min(from + count, (phase + 1) * edges);
    this.#at = to;
    if (phase === 0) this.#count(from, to);
    else if (phase < 3) this.#peel(from - edges, to - edges);
    else if (this.#remaining < SHORTEST) return null;
    else if (phase === 3) this.#gather(from - 3 * edges, to - 3 * edges);
    else return this.#next();
    return undefined;
  }

  #count(from: number, to: number): void {
    const nodes = this.#nodes;
    for (let first = from; first < to; first += BATCH) {
      const count = Math.min(BATCH, to - first);
      findEndsFrom(first, count, this.#edges - 1);
      for (let i = 0; i < count; i++) {
        const u = lefts[i] as number;
        const v = rights[i] as number;
        nodes[u] = ((nodes[u] as number) + ONE) ^ v;
        nodes[v] = ((nodes[v] as number) + ONE) ^ u;
      }
    }
  }

  #peel(from: number, to: number): void {
    const nodes = this.#nodes;
    let gone = 0;
    for (let node = from; node < to; node++) {
      let here = node;
      let value = nodes[here] as number;
      while (value >>> 24 === 1) {
        const next = value & OTHERS;
        nodes[here] = 0;
        value = ((nodes[next] as number) - ONE) ^ here;
        nodes[next] = value;
        here = next;
        gone++;
      }
    }
    this.#remaining -= gone;
  }

  /** Edges of which both ends are left. */
  #gather(from: number, to: number): void {
    const nodes = this.#nodes;
    for (let first = from; first < to; first += BATCH) {
      const count = Math.min(BATCH, to - first);
      findEndsFrom(first, count, this.#edges - 1);
      for (let i = 0; i < count; i++) {
        if (nodes[lefts[i] as number] === 0) continue;
        if (nodes[rights[i] as number] !== 0) this.#core.push(first + i);
      }
    }
  }

  #next(): number[] | null {
    for (;;) {
      const nonce = this.#core.pop();
      if (nonce === undefined) return null;
      const cycle = this.#close(nonce);
      if (cycle !== null && cycle.length >= SHORTEST && cycle.length <= LONGEST) return cycle;
    }
  }

  /** Adds an edge to the trees of what is left; the cycle that it closes instead, ascending. */
  #close(nonce: number): number[] | null {
    findEndsFrom(nonce, 1, this.#edges - 1);
    const [u, v] = [lefts[0] as number, rights[0] as number];
    const us = this.#path(u);
    const vs = this.#path(v);
    if (us.at(-1) === vs.at(-1)) {
      while (us.length > 1 && vs.length > 1 && us.at(-2) === vs.at(-2)) {
        us.pop();
        vs.pop();
      }
      const numbers = [...us.slice(0, -1), ...vs.slice(0, -1)].map(
        (node) => this.#forest.get(node)?.nonce ?? 0,
      );
      return [nonce, ...numbers].sort((a, b) => a - b);
    }
    // The tree of u is turned round to hang by u.
    let link = { to: v, nonce };
    for (const node of us) {
      const was = this.#forest.get(node);
      this.#forest.set(node, link);
      if (was !== undefined) link = { to: node, nonce: was.nonce };
    }
    return null;
  }

  #path(node: number): number[] {
    const path = [node];
    for (let link = this.#forest.get(node); link !== undefined; link = this.#forest.get(link.to)) {
      path.push(link.to);
    }
    return path;
  }
}
