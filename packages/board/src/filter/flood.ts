import { KeyHash } from "@egide/limit/key.ts";
import type { Limiter } from "@egide/limit/limiter.ts";

/** So many posts at once, and one more each `seconds`. */
export interface FloodLimit {
  readonly seconds: number;
  readonly burst: number;
}

export interface FloodSettings {
  readonly threads: FloodLimit;
  readonly replies: FloodLimit;
  /** Of all who share a prefix of addresses, threads and replies together. */
  readonly prefix: FloodLimit;
}

/** Posts by session and by prefix, counted in memory that all workers share. */
export class Flood {
  readonly #limiter: Limiter;
  readonly #key: KeyHash;

  /** `secret`: 8 bytes. */
  constructor(limiter: Limiter, secret: Uint8Array) {
    this.#limiter = limiter;
    this.#key = new KeyHash(secret);
  }

  /** Counts a post; answers the milliseconds to wait, 0 where it may pass. `now` is monotonic. */
  take(
    opensThread: boolean,
    session: string,
    prefix: string,
    settings: FloodSettings,
    now: number,
  ): number {
    const own = opensThread ? settings.threads : settings.replies;
    const wait = this.takeOf(opensThread ? "thread" : "reply", session, own, now);
    // What one session may not post is not held against its neighbours.
    return wait > 0 ? wait : this.takeOf("prefix", prefix, settings.prefix, now);
  }

  /** Counts once more, of whatever kind. */
  takeOf(what: string, who: string, limit: FloodLimit, now: number): number {
    this.#key.begin().text(what).text(who).finish();
    const interval = limit.seconds * 1000;
    return this.#limiter.take(this.#key.lo, this.#key.hi, interval, interval * limit.burst, 1, now);
  }
}
