import type { Clock } from "@egide/std/clock.ts";

/** How often something costly may be done for the first who ask: some at once, then so many a second. */
export class Pace {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perSecond: number;
  #used = 0;
  #asOf: number;

  constructor(clock: Clock, burst: number, perSecond: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#asOf = clock.monotonic();
  }

  /** How much of the burst is used up: 0 where nobody asked for long. */
  get used(): number {
    const now = this.#clock.monotonic();
    const back = ((now - this.#asOf) / 1000) * this.#perSecond;
    this.#used = Math.max(0, this.#used - back);
    this.#asOf = now;
    return this.#used;
  }

  /** False where it is too soon. */
  take(): boolean {
    if (this.used > this.#burst - 1) return false;
    this.#used++;
    return true;
  }
}
