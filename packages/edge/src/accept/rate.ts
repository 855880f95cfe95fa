/** Windows of time that what was moved in one go may count for. */
const AHEAD = 3;

/**
 * A minimum data rate, judged by what really arrived or left. Every byte buys the time that it may take
 * at the minimum; who is behind by a whole window is too slow. Peers move in steps (a kernel opens its
 * window by a sixteenth of its buffer, browsers that of an HTTP/2 stream by half), so a step lasts for
 * several windows. Time in which the peer could not act (we paused it, or had nothing for it) does not
 * count.
 */
export class RateWindow {
  /** When patience ends; -1 while nothing is waited for. */
  #until = -1;
  #bytes = 0;

  /** True where the peer has fallen behind `minimum` bytes a second by more than `windowMs`. */
  tooSlow(
    now: number,
    total: number,
    waiting: boolean,
    minimum: number,
    windowMs: number,
  ): boolean {
    if (!waiting || minimum === 0) {
      this.#until = -1;
      return false;
    }
    if (this.#until < 0) this.#until = now + windowMs;
    else {
      const bought = ((total - this.#bytes) * 1000) / minimum;
      this.#until = Math.min(this.#until + bought, now + windowMs * AHEAD);
    }
    this.#bytes = total;
    if (now < this.#until) return false;
    this.#until = -1;
    return true;
  }
}
