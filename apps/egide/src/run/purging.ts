import type { Clock, Timer } from "@egide/std/clock.ts";
import { AppError } from "@egide/std/error.ts";

/** A worker that has not answered by then hangs. */
const ANSWER_MS = 5000;

interface Waiting {
  readonly worker: number;
  readonly timer: Timer;
  readonly resolve: (at: number) => void;
  readonly reject: (error: AppError) => void;
}

/** Purges that a worker was asked for and has not answered yet. */
export class Purging {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `post` is told the number of the request. Resolves with the moment of the purge. */
  ask(worker: number, post: (id: number) => void): Promise<number> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(ANSWER_MS, () =>
        this.#fail(id, "the worker does not answer"),
      );
      this.#waiting.set(id, { worker, timer, resolve, reject });
      post(id);
    });
  }

  /** `at` is null where the purge failed. */
  answered(id: number, at: number | null): void {
    if (at === null) {
      this.#fail(id, "the worker could not purge; the process's log says why");
      return;
    }
    const waiting = this.#take(id);
    waiting?.resolve(at);
  }

  fell(worker: number): void {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.worker === worker) this.#fail(id, "the worker fell before it answered");
    }
  }

  #fail(id: number, publicMessage: string): void {
    this.#take(id)?.reject(purgeFailure(`${publicMessage}; ask again`));
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.timer.cancel();
    return waiting;
  }
}

export function purgeFailure(publicMessage: string): AppError {
  return new AppError({ code: "purge.failed", source: "edge", retry: true, publicMessage });
}
