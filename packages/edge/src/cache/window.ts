/**
 * The stretch of a stream between its slowest and its fastest reader: what a body that can't be
 * stored needs while it is relayed.
 */
export class Window {
  /** Offset of the first byte still held, and of the first not yet seen. */
  start: number;
  end: number;
  readonly #chunks: Uint8Array[] = [];

  constructor(at: number) {
    this.start = at;
    this.end = at;
  }

  get bytes(): number {
    return this.end - this.start;
  }

  /** Takes a copy. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk.slice());
    this.end += chunk.length;
  }

  /** The piece at `offset`, or null where there is none. Offsets before `start` are gone. */
  at(offset: number): Uint8Array | null {
    let from = this.start;
    for (const chunk of this.#chunks) {
      if (offset < from + chunk.length) return chunk.subarray(offset - from);
      from += chunk.length;
    }
    return null;
  }

  /** Lets go of what lies before `offset`. */
  trim(offset: number): void {
    while (this.#chunks.length > 0) {
      const first = this.#chunks[0] as Uint8Array;
      if (this.start + first.length > offset) return;
      this.#chunks.shift();
      this.start += first.length;
    }
  }
}
