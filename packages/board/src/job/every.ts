import type { Clock, Timer } from "@egide/std/clock.ts";

/** A job that is running again and again, until it is stopped. */
export interface Job {
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Runs `work` now, and again `ms` after each end; what it throws is reported and ends nothing. */
export function every(
  clock: Clock,
  ms: number,
  work: () => Promise<unknown>,
  report: (error: unknown) => void,
): Job {
  let timer: Timer | null = null;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const turn = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      report(error);
    }
    if (!stopped) timer = clock.after(ms, start);
  };
  const start = (): void => {
    running = turn();
  };
  start();
  return {
    stop() {
      stopped = true;
      timer?.cancel();
      return running;
    },
  };
}
