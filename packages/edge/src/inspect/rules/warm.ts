import type { Clock, Timer } from "@egide/std/clock.ts";
import { rehearse } from "#inspect/rules/rehearse.ts";
import type { LoadedRules } from "#inspect/rules/shelf.ts";

/** Longest that requests wait for one slice, and the least between two, milliseconds. */
const SLICE_MS = 2;
const PAUSE_MS = 4;
/** A timer that comes this much later says that the thread has better to do. */
const BUSY_MS = 8;

/** Does, while there is nothing else to do, what the first visitors would wait for. */
export class Warmer {
  readonly #clock: Clock;
  #work: Iterator<unknown> | null = null;
  readonly #waiting: LoadedRules[] = [];
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(rules: LoadedRules): void {
    this.#waiting.push(rules);
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
      if (!isBusy && this.#slice()) this.#timer = null;
      else this.#later();
    });
  }

  /** True when all is done. */
  #slice(): boolean {
    const end = this.#clock.monotonic() + SLICE_MS;
    do {
      this.#work ??= workOn(this.#waiting.shift());
      if (this.#work === null) return true;
      try {
        if (this.#work.next().done === true) this.#work = null;
      } catch {
        // A request that needs it meets the same fault, and the fail mode.
        this.#work = null;
      }
    } while (this.#clock.monotonic() < end);
    return false;
  }
}

function workOn(rules: LoadedRules | undefined): Iterator<unknown> | null {
  return rules === undefined ? null : stages(rules);
}

function* stages(rules: LoadedRules): Generator<unknown, void> {
  yield* rules.set.warm();
  yield* rehearse(rules);
}
