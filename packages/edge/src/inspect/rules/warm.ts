import type { Clock, Timer } from "@egide/std/clock.ts";
import type { RuleSet } from "@egide/waf/rule-set.ts";

/** Between two patterns that are compiled, milliseconds. */
const PAUSE_MS = 2;
/** A timer that comes this much later says that the thread has better to do. */
const BUSY_MS = 8;

/** Compiles, while there is nothing else to do, what the first visitors would wait for. */
export class Warmer {
  readonly #clock: Clock;
  #work: Iterator<unknown> | null = null;
  readonly #waiting: RuleSet[] = [];
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(set: RuleSet): void {
    this.#waiting.push(set);
    if (this.#timer === null) this.#later();
  }

  close(): void {
    this.#waiting.length = 0;
    this.#work = null;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #later(): void {
    const due = this.#clock.monotonic() + PAUSE_MS;
    this.#timer = this.#clock.after(PAUSE_MS, () => {
      const isBusy = this.#clock.monotonic() - due > BUSY_MS;
      if (!isBusy && this.#step()) this.#timer = null;
      else this.#later();
    });
  }

  /** True when all is done. */
  #step(): boolean {
    this.#work ??= this.#waiting.shift()?.warm() ?? null;
    if (this.#work === null) return true;
    try {
      if (this.#work.next().done === true) this.#work = null;
    } catch {
      // A request that needs it meets the same fault, and the fail mode.
      this.#work = null;
    }
    return false;
  }
}
