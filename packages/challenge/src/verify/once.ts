import { TICKET_SECONDS, SKEW_SECONDS } from "#issue/ticket.ts";

/** What a fleet puts in the place of `Once` where nodes tell each other what was used. */
export interface UsedTokens {
  /** True for the first to claim a token; false for all others. `now` in seconds. */
  claim(id: readonly [number, number], now: number): boolean;
}

/** Two generations of buckets, behind a word that says which window is the newer one's: 1 MB. */
const ONCE_BUCKETS = 16_384;
const WAYS = 8;
export const ONCE_WORDS = 1 + ONCE_BUCKETS * WAYS * 2;
/** A token lives shorter than a window: it is found in this one or in the one before. */
const WINDOW = TICKET_SECONDS + SKEW_SECONDS;

/**
 * Remembers used tokens in memory that all workers share. Two generations take turns; a full bucket
 * forgets one of its own: who fills it had to solve a challenge for each, and nobody is locked out.
 */
export class Once implements UsedTokens {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  claim(id: readonly [number, number], now: number): boolean {
    const words = this.#words;
    const window = this.#turn(Math.floor(now / WINDOW));
    const mark = id[0] === 0 ? 1 : id[0];
    const bucket = (id[1] >>> 0) % ONCE_BUCKETS;
    const here = this.#at(window, bucket);
    const before = this.#at(window + 1, bucket);
    for (let i = 0; i < WAYS; i++) if (Atomics.load(words, before + i) === mark) return false;
    for (let i = 0; i < WAYS; i++) {
      // All go for the first free place: of two that bring the same token one finds it taken.
      const was = Atomics.compareExchange(words, here + i, 0, mark);
      if (was === 0) return true;
      if (was === mark) return false;
    }
    Atomics.store(words, here + (mark & (WAYS - 1)), mark);
    return true;
  }

  /** Empties the older generation once a window begins. A clock set back does not turn it back. */
  #turn(window: number): number {
    const words = this.#words;
    const current = Atomics.load(words, 0);
    if (window <= current) return current;
    if (Atomics.compareExchange(words, 0, current, window) === current) {
      const from = this.#at(window, 0);
      words.fill(0, from, from + ONCE_BUCKETS * WAYS);
      if (window > current + 1) {
        const other = this.#at(window + 1, 0);
        words.fill(0, other, other + ONCE_BUCKETS * WAYS);
      }
    }
    return window;
  }

  #at(window: number, bucket: number): number {
    return 1 + ((window & 1) * ONCE_BUCKETS + bucket) * WAYS;
  }
}
