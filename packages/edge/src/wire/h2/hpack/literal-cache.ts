/**
 * Strings that came as literals, found again by their coded octets: the same paths, names and values
 * come over and over, and a hit saves decoding, checking and a new string (whose hash the rest of the
 * edge would have to compute again). Direct-mapped and of fixed size, so strangers can only cause
 * misses.
 */
export class LiteralCache {
  readonly longest: number;
  readonly #mask: number;
  readonly #texts: string[];
  readonly #faults: Uint8Array;
  /** Octets of a slot's literal; 255 for an empty slot. Bit 7 tells a Huffman code. */
  readonly #lengths: Uint8Array;
  readonly #octets: Uint8Array;
  #slot = 0;

  constructor(slots: number, longest: number) {
    this.longest = longest;
    this.#mask = slots - 1;
    this.#texts = Array.from({ length: slots }, () => "");
    this.#faults = new Uint8Array(slots);
    this.#lengths = new Uint8Array(slots).fill(255);
    this.#octets = new Uint8Array(slots * longest);
  }

  /** The slot that holds this literal, or -1. A `keep` right after a miss needs no second hash. */
  find(bytes: Uint8Array, from: number, length: number, huffman: boolean): number {
    let hash = length;
    const to = from + length;
    for (let i = from; i < to; i++) hash = (hash * 31 + (bytes[i] as number)) | 0;
    hash ^= hash >>> 15;
    const slot = hash & this.#mask;
    this.#slot = slot;
    if (this.#lengths[slot] !== (huffman ? length | 0x80 : length)) return -1;
    const base = slot * this.longest;
    for (let i = 0; i < length; i++) {
      if (this.#octets[base + i] !== bytes[from + i]) return -1;
    }
    return slot;
  }

  text(slot: number): string {
    return this.#texts[slot] as string;
  }

  fault(slot: number): number {
    return this.#faults[slot] as number;
  }

  /** Remembers what `find` has just missed. */
  keep(
    bytes: Uint8Array,
    from: number,
    length: number,
    huffman: boolean,
    text: string,
    fault: number,
  ): void {
    if (length > this.longest) return;
    const slot = this.#slot;
    this.#lengths[slot] = huffman ? length | 0x80 : length;
    const base = slot * this.longest;
    for (let i = 0; i < length; i++) this.#octets[base + i] = bytes[from + i] as number;
    this.#texts[slot] = text;
    this.#faults[slot] = fault;
  }
}
