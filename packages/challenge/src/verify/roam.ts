/** Buckets of four sessions of 16 words: 1 MB. */
const ROAM_BUCKETS = 4096;
const WAYS = 4;
const WORDS = 16;
export const ROAM_WORDS = ROAM_BUCKETS * WAYS * WORDS;
/** Networks that one session can be remembered with. */
const MOST_NETWORKS = WORDS - 2;

/**
 * The networks a session has come from besides its first: phones change between IPv4 and IPv6 and
 * between cells, and must not be challenged for it; a clearance that is handed round must be. In
 * memory that all workers share; the session that was longest unseen gives way.
 */
export class Roam {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** True where the session has been seen from `network`, or may be now. `now` in seconds. */
  admit(session: readonly [number, number], network: number, most: number, now: number): boolean {
    const words = this.#words;
    const mark = session[0] === 0 ? 1 : session[0];
    const tag = network === 0 ? 1 : network;
    const from = ((session[1] >>> 0) % ROAM_BUCKETS) * WAYS * WORDS;
    let oldest = from;
    for (let at = from; at < from + WAYS * WORDS; at += WORDS) {
      if (Atomics.load(words, at) === mark) {
        Atomics.store(words, at + 1, now | 0);
        return this.#enter(at + 2, tag, most);
      }
      if (Atomics.load(words, at + 1) < Atomics.load(words, oldest + 1)) oldest = at;
    }
    if (most < 1) return false;
    words.fill(0, oldest, oldest + WORDS);
    Atomics.store(words, oldest + 1, now | 0);
    Atomics.store(words, oldest, mark);
    return this.#enter(oldest + 2, tag, most);
  }

  #enter(at: number, tag: number, most: number): boolean {
    for (let i = 0; i < Math.min(most, MOST_NETWORKS); i++) {
      const was = Atomics.compareExchange(this.#words, at + i, 0, tag);
      if (was === 0 || was === tag) return true;
    }
    return false;
  }
}
