/** A full automaton: what a loop over bytes needs. */
export interface Dense {
  /** Byte → class. */
  readonly classes: Uint8Array;
  /** Next state at `(state << shift) | class`. */
  readonly table: Uint16Array;
  readonly shift: number;
  /** 1 where some phrase ends in the state. */
  readonly marked: Uint8Array;
}

/** Folds ASCII upper case; every other byte is itself. */
const folded = new Uint8Array(256);
for (let i = 0; i < 256; i++) folded[i] = i >= 65 && i <= 90 ? i + 32 : i;

/** States above which the automaton keeps its transitions in a hash table rather than a full one. */
const denseStates = 1 << 15;

/**
 * Finds many phrases at once in linear time, without regard to ASCII case (Aho and Corasick,
 * "Efficient String Matching", 1975). Small sets become a full automaton with one look-up a byte;
 * large ones keep only the trie's own edges, hashed, and follow failure links.
 */
export class AhoCorasick {
  /** Byte → class; 0 is "in no phrase". */
  readonly #classes = new Uint8Array(256);
  #classCount = 1;
  #fail: Int32Array = new Int32Array(0);
  /** Index of a phrase that ends in the state or on its failure path; -1 where none does. */
  #output: Int32Array = new Int32Array(0);
  #ends: (number[] | undefined)[] = [];
  #dense: Dense | undefined;
  #hashKeys: Int32Array = new Int32Array(0);
  #hashNext: Int32Array = new Int32Array(0);
  #hashMask = 0;
  #states = 1;

  constructor(phrases: readonly string[]) {
    this.#assignClasses(phrases);
    const edges = this.#buildTrie(phrases);
    this.#link(edges);
  }

  get stateCount(): number {
    return this.#states;
  }

  /** Phrases that end in the state itself or along its failure links, by index. */
  phrasesAt(state: number): readonly number[] {
    const out: number[] = [];
    for (let at = state; at > 0; at = this.#fail[at] as number) out.push(...(this.#ends[at] ?? []));
    return out;
  }

  /** Index of the phrase whose end comes first in the text; -1 where none is there. */
  find(text: string): number {
    if (this.#dense !== undefined) {
      const state = firstMarked(text, this.#dense);
      return state < 0 ? -1 : (this.#output[state] as number);
    }
    const output = this.#output;
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      state = this.#next(state, this.#classes[text.charCodeAt(i) & 255] as number);
      if ((output[state] as number) >= 0) return output[state] as number;
    }
    return -1;
  }

  /** The full automaton; undefined for a set too large for one. */
  get dense(): Dense | undefined {
    return this.#dense;
  }

  #assignClasses(phrases: readonly string[]): void {
    for (const phrase of phrases) {
      for (let i = 0; i < phrase.length; i++) {
        const byte = folded[phrase.charCodeAt(i) & 255] as number;
        if (this.#classes[byte] === 0) this.#classes[byte] = this.#classCount++;
      }
    }
    for (let byte = 65; byte <= 90; byte++) {
      this.#classes[byte] = this.#classes[byte + 32] as number;
    }
  }

  #buildTrie(phrases: readonly string[]): { from: number; cls: number; to: number }[] {
    const total = phrases.reduce((sum, phrase) => sum + phrase.length, 0) + 1;
    let size = 16;
    while (size < total * 2) size *= 2;
    this.#hashMask = size - 1;
    this.#hashKeys = new Int32Array(size).fill(-1);
    this.#hashNext = new Int32Array(size);
    const edges: { from: number; cls: number; to: number }[] = [];
    for (const [index, phrase] of phrases.entries()) {
      let state = 0;
      for (let i = 0; i < phrase.length; i++) {
        const cls = this.#classes[folded[phrase.charCodeAt(i) & 255] as number] as number;
        let next = this.#edge(state, cls);
        if (next < 0) {
          next = this.#states++;
          this.#setEdge(state, cls, next);
          edges.push({ from: state, cls, to: next });
        }
        state = next;
      }
      const ends = this.#ends[state];
      if (ends === undefined) this.#ends[state] = [index];
      else ends.push(index);
    }
    return edges;
  }

  /** Failure links in breadth-first order: what a state falls back to is known before it. */
  #link(edges: { from: number; cls: number; to: number }[]): void {
    const depth = new Int32Array(this.#states);
    for (const edge of edges) depth[edge.to] = (depth[edge.from] as number) + 1;
    edges.sort((a, b) => (depth[a.to] as number) - (depth[b.to] as number));
    this.#fail = new Int32Array(this.#states);
    this.#output = new Int32Array(this.#states).fill(-1);
    this.#output[0] = this.#ends[0]?.[0] ?? -1;
    for (const { from, cls, to } of edges) {
      const fail = from === 0 ? 0 : this.#next(this.#fail[from] as number, cls);
      this.#fail[to] = fail;
      this.#output[to] = this.#ends[to]?.[0] ?? (this.#output[fail] as number);
    }
    if (this.#states <= denseStates) this.#fill(edges);
  }

  /** Writes the full table; states are numbered anew from the root on, so that common ones are near. */
  #fill(edges: readonly { from: number; cls: number; to: number }[]): void {
    const shift = 32 - Math.clz32(this.#classCount - 1);
    const table = new Uint16Array(this.#states << shift);
    const number = new Int32Array(this.#states);
    for (const [index, { to }] of edges.entries()) number[to] = index + 1;
    const children: { cls: number; to: number }[][] = Array.from(number, () => []);
    for (const { from, cls, to } of edges)
      children[number[from] as number]?.push({ cls, to: number[to] as number });
    const fail = new Int32Array(this.#states);
    const output = new Int32Array(this.#states);
    const marked = new Uint8Array(this.#states);
    const ends: (number[] | undefined)[] = [];
    for (let old = 0; old < this.#states; old++) {
      const state = number[old] as number;
      fail[state] = number[this.#fail[old] as number] as number;
      output[state] = this.#output[old] as number;
      marked[state] = output[state] >= 0 ? 1 : 0;
      ends[state] = this.#ends[old];
    }
    for (const [state, next] of children.entries()) {
      const back = (fail[state] as number) << shift;
      if (state > 0) table.copyWithin(state << shift, back, back + this.#classCount);
      for (const { cls, to } of next) table[(state << shift) | cls] = to;
    }
    this.#fail = fail;
    this.#output = output;
    this.#ends = ends;
    this.#dense = { classes: this.#classes, table, shift, marked };
    this.#hashKeys = new Int32Array(0);
    this.#hashNext = new Int32Array(0);
  }

  #next(state: number, cls: number): number {
    if (this.#dense !== undefined)
      return this.#dense.table[(state << this.#dense.shift) | cls] as number;
    if (cls === 0) return 0;
    for (let at = state; ; at = this.#fail[at] as number) {
      const next = this.#edge(at, cls);
      if (next >= 0) return next;
      if (at === 0) return 0;
    }
  }

  #slot(key: number): number {
    return (Math.imul(key, 0x9e3779b1) >>> 7) & this.#hashMask;
  }

  #edge(state: number, cls: number): number {
    const key = state * 256 + cls;
    for (let slot = this.#slot(key); ; slot = (slot + 1) & this.#hashMask) {
      const found = this.#hashKeys[slot] as number;
      if (found === key) return this.#hashNext[slot] as number;
      if (found === -1) return -1;
    }
  }

  #setEdge(state: number, cls: number, to: number): void {
    const key = state * 256 + cls;
    let slot = this.#slot(key);
    while (this.#hashKeys[slot] !== -1) slot = (slot + 1) & this.#hashMask;
    this.#hashKeys[slot] = key;
    this.#hashNext[slot] = to;
  }
}

/** The first state in which a phrase ends; -1 where none is come by. */
function firstMarked(text: string, { classes, table, shift, marked }: Dense): number {
  let state = 0;
  for (let i = 0; i < text.length; i++) {
    state = table[(state << shift) | (classes[text.charCodeAt(i) & 255] as number)] as number;
    if (marked[state] === 1) return state;
  }
  return -1;
}
