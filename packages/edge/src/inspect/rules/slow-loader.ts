import type { Clock, Timer } from "@egide/std/clock.ts";

/** Longest that requests wait for one slice, and the least between two, milliseconds. */
const SLICE_MS = 4;
const PAUSE_MS = 2;

interface Job<T> {
  readonly stamp: string;
  readonly steps: Iterator<undefined, T>;
}

/** Does work in slices on a thread that serves requests; of each key the newest only. */
export class SlowLoader<T> {
  readonly #clock: Clock;
  readonly #done: (key: string, outcome: T | Error) => void;
  readonly #jobs = new Map<string, Job<T>>();
  #timer: Timer | null = null;
  #waiting: (() => void)[] = [];

  constructor(clock: Clock, done: (key: string, outcome: T | Error) => void) {
    this.#clock = clock;
    this.#done = done;
  }

  /** Begins a job, unless it is under way already. */
  start(key: string, stamp: string, begin: () => Iterator<undefined, T>): void {
    if (this.#jobs.get(key)?.stamp === stamp) return;
    this.#jobs.set(key, { stamp, steps: begin() });
    this.#later();
  }

  /** Settles when nothing is under way. */
  settled(): Promise<void> {
    if (this.#jobs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#jobs.clear();
    this.#timer?.cancel();
    this.#timer = null;
    this.#settle();
  }

  #later(): void {
    this.#timer ??= this.#clock.after(PAUSE_MS, () => {
      this.#timer = null;
      this.#slice();
      if (this.#jobs.size > 0) this.#later();
      else this.#settle();
    });
  }

  #slice(): void {
    const end = this.#clock.monotonic() + SLICE_MS;
    for (const [key, job] of this.#jobs) {
      const outcome = this.#run(job, end);
      if (outcome === undefined) return;
      this.#jobs.delete(key);
      this.#done(key, outcome);
      return;
    }
  }

  /** Undefined where time is up. */
  #run({ steps }: Job<T>, end: number): T | Error | undefined {
    try {
      do {
        const step = steps.next();
        if (step.done === true) return step.value;
      } while (this.#clock.monotonic() < end);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
