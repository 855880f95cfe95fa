import { lock, unlock } from "#lock.ts";

/** Memory of a sketch, shared by all threads. */
export interface SketchMemory {
  readonly buffer: SharedArrayBuffer;
  /** Counters in a row: a power of two. */
  readonly width: number;
  readonly depth: number;
}

/** Locks that keys are spread over. */
const LOCKS = 1024;
const MOST = 0x7fff_ffff;

/**
 * A sketch that overestimates by at most 2/width of all that was counted, save for a chance of
 * 2^-depth a key (Cormode and Muthukrishnan, 2005).
 */
export function createSketchMemory(width: number, depth: number): SketchMemory {
  if (width < 1 || (width & (width - 1)) !== 0) {
    throw new RangeError("the width of a sketch is a power of two");
  }
  return { buffer: new SharedArrayBuffer((LOCKS + width * depth) * 4), width, depth };
}

/**
 * Count-Min sketch with conservative update (Estan and Varghese, 2002): only the counters that say
 * the least are raised. Never underestimates, also under concurrency: adds of one key exclude each
 * other, and what other keys do to shared counters meanwhile only raises them.
 */
export class CountMin {
  readonly #words: Int32Array;
  readonly #mask: number;
  readonly #width: number;
  readonly #depth: number;

  constructor({ buffer, width, depth }: SketchMemory) {
    this.#words = new Int32Array(buffer);
    this.#mask = width - 1;
    this.#width = width;
    this.#depth = depth;
  }

  /** Answers the new estimate. `amount` is a whole number. */
  add(lo: number, hi: number, amount: number): number {
    const guard = (lo ^ hi) & (LOCKS - 1);
    lock(this.#words, guard);
    const sum = Math.min(MOST, this.estimate(lo, hi) + amount);
    for (let row = 0; row < this.#depth; row++) this.#raise(this.#place(lo, hi, row), sum);
    unlock(this.#words, guard);
    return sum;
  }

  estimate(lo: number, hi: number): number {
    let least = MOST;
    for (let row = 0; row < this.#depth; row++) {
      const value = Atomics.load(this.#words, this.#place(lo, hi, row));
      if (value < least) least = value;
    }
    return least;
  }

  /** Halves everything: what is old counts less. One thread does it, from time to time. */
  age(): void {
    for (let at = LOCKS; at < this.#words.length; at++) {
      let value = Atomics.load(this.#words, at);
      while (value > 0) {
        const seen = Atomics.compareExchange(this.#words, at, value, value >> 1);
        if (seen === value) break;
        value = seen;
      }
    }
  }

  #raise(at: number, to: number): void {
    let value = Atomics.load(this.#words, at);
    while (value < to) {
      const seen = Atomics.compareExchange(this.#words, at, value, to);
      if (seen === value) return;
      value = seen;
    }
  }

  /** Two hashes make as many as are wanted (Kirsch and Mitzenmacher, 2006). */
  #place(lo: number, hi: number, row: number): number {
    return LOCKS + row * this.#width + (((lo + Math.imul(row, hi | 1)) >>> 0) & this.#mask);
  }
}
