/**
 * A minimum data rate, judged over whole windows of what really arrived or left. Time in which the
 * peer could not act (we paused it, or had nothing for it) does not count.
 */
export class RateWindow {
  #since = -1;
  #bytes = 0;

  /** True where the peer fell below `minimum` bytes a second over the last window of `windowMs`. */
  tooSlow(
    now: number,
    total: number,
    waiting: boolean,
    minimum: number,
    windowMs: number,
  ): boolean {
    if (!waiting || minimum === 0) {
      this.#since = -1;
      return false;
    }
    if (this.#since < 0) {
      this.#since = now;
      this.#bytes = total;
      return false;
    }
    const elapsed = now - this.#since;
    if (elapsed < windowMs) return false;
    const slow = total - this.#bytes < (minimum * elapsed) / 1000;
    this.#since = now;
    this.#bytes = total;
    return slow;
  }
}
