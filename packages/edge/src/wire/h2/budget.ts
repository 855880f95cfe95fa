import type { Clock } from "@egide/std/clock.ts";

/**
 * A token bucket for frames that cost us more than the peer, refilled by time and by useful work. The
 * clock is read only when it runs dry.
 */
export class Budget {
  #tokens: number;
  #filled: number;
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #clock: Clock;

  constructor(clock: Clock, burst: number, perSecond: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
    this.#filled = clock.monotonic();
  }

  /** False: the peer has overdrawn it. */
  spend(): boolean {
    if (this.#tokens < 1) {
      const now = this.#clock.monotonic();
      this.earn(((now - this.#filled) / 1000) * this.#perSecond);
      this.#filled = now;
      if (this.#tokens < 1) return false;
    }
    this.#tokens--;
    return true;
  }

  earn(tokens: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + tokens);
  }
}
