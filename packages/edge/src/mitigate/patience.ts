/** Ticks in a row: less would take a page with its images for a flood. */
const TICKS = 2;
/** Between two searches that find nothing; twice as long each time. */
const VAIN_MS = 200;
const MOST_VAIN_MS = 3000;
/** So many times more than when nothing was found is something new. */
const MORE = 1.3;

/**
 * How long one kind of trouble has lasted, and when it is looked into: not at a single tick, and not
 * again at once where nothing was to be done, since searching costs time that visitors need.
 */
export class Patience {
  #since = -1;
  #ticks = 0;
  #pausedUntil = -1;
  #vainMs = VAIN_MS;
  #rate = 0;

  /** Trouble or none in this tick; true where it is to be looked into. `rate`: requests a second. */
  see(isTrouble: boolean, rate: number, now: number): boolean {
    if (!isTrouble) {
      this.#since = -1;
      this.#ticks = 0;
      return false;
    }
    if (this.#since < 0) this.#since = now;
    this.#ticks += 1;
    if (rate > this.#rate * MORE) {
      this.#pausedUntil = Math.min(this.#pausedUntil, now);
      this.#vainMs = VAIN_MS;
    }
    return this.#ticks >= TICKS && now >= this.#pausedUntil;
  }

  /** Milliseconds since it began. */
  lasted(now: number): number {
    return now - this.#since;
  }

  isPaused(now: number): boolean {
    return now < this.#pausedUntil;
  }

  /** Something has changed: what was sought in vain may be found now. */
  hope(now: number): void {
    this.#pausedUntil = Math.min(this.#pausedUntil, now);
    this.#vainMs = VAIN_MS;
  }

  /** Nothing was found that could be done. */
  vain(rate: number, now: number): void {
    this.#rate = rate;
    this.#pausedUntil = now + this.#vainMs;
    this.#vainMs = Math.min(MOST_VAIN_MS, this.#vainMs * 2);
  }

  /** Something was found: the next search may come at once, or after `ms`. */
  found(rate: number, now: number, ms: number): void {
    this.#rate = rate;
    this.#vainMs = VAIN_MS;
    this.#pausedUntil = now + ms;
  }
}
