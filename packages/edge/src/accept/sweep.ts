import type { Clock, Timer } from "@egide/std/clock.ts";

/** Something with deadlines: judged about twice a second, so that no request starts a timer. */
export interface Watched {
  /** `now`: monotonic milliseconds. */
  check(now: number): void;
  /** `check` threw, and it is not watched any more: it is to end rather than live without deadlines. */
  abandon(): void;
}

/** How often deadlines are judged, in milliseconds: the grain of every timeout towards visitors. */
const PERIOD = 500;

/** Judges the deadlines of all connections of a thread. */
export class Sweep {
  readonly #clock: Clock;
  readonly #onBroken: (error: unknown) => void;
  readonly #watched = new Set<Watched>();
  #timer: Timer | null = null;

  /** `onBroken` hears of exceptions: each costs one member of the sweep, and none of the others. */
  constructor(clock: Clock, onBroken: (error: unknown) => void = () => {}) {
    this.#clock = clock;
    this.#onBroken = onBroken;
  }

  get size(): number {
    return this.#watched.size;
  }

  add(watched: Watched): void {
    this.#watched.add(watched);
    this.#timer ??= this.#clock.after(PERIOD, this.#run);
  }

  remove(watched: Watched): void {
    this.#watched.delete(watched);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  readonly #run = (): void => {
    this.#timer = this.#watched.size === 0 ? null : this.#clock.after(PERIOD, this.#run);
    const now = this.#clock.monotonic();
    for (const watched of this.#watched) {
      try {
        watched.check(now);
      } catch (error) {
        this.#lose(watched, error);
      }
    }
  };

  #lose(watched: Watched, error: unknown): void {
    this.#watched.delete(watched);
    this.#onBroken(error);
    try {
      watched.abandon();
    } catch (again) {
      this.#onBroken(again);
    }
  }
}
