/** Buckets of four counters of two words: half a megabyte. */
const TALLY_BUCKETS = 16_384;
const WAYS = 4;
export const TALLY_WORDS = TALLY_BUCKETS * WAYS * 2;
/** Seconds after which counting starts anew. */
const WINDOW = 600;
const MOST = 0xffffff;

/**
 * Counts by keyed numbers within ten minutes, in memory that all workers share: challenges that came
 * to nothing, waits, allowances. A crowded bucket forgets its smallest count. Two workers that count
 * at the same instant may lose one: these are bounds, not accounts.
 */
export class Tally {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** Adds and answers what is counted now; never below 0. `now` in seconds. */
  add(key: readonly [number, number], change: number, now: number): number {
    const words = this.#words;
    const window = Math.floor(now / WINDOW) & 0x7f;
    const mark = key[0] === 0 ? 1 : key[0];
    const from = ((key[1] >>> 0) % TALLY_BUCKETS) * WAYS * 2;
    let place = from;
    let smallest = MOST + 1;
    for (let at = from; at < from + WAYS * 2; at += 2) {
      const value = Atomics.load(words, at + 1);
      const current = value >>> 24 === window ? value & MOST : 0;
      if (Atomics.load(words, at) === mark) {
        const next = Math.min(MOST, Math.max(0, current + change));
        Atomics.store(words, at + 1, (window << 24) | next);
        return next;
      }
      if (current < smallest) {
        smallest = current;
        place = at;
      }
    }
    if (change <= 0) return 0;
    Atomics.store(words, place, mark);
    Atomics.store(words, place + 1, (window << 24) | change);
    return change;
  }
}
