/** Time as everything in the house sees it: injected, so that tests own it. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. May jump; use it for dates that leave the process. */
  now(): number;
  /** Monotonic milliseconds (fractional). Use it for durations and deadlines. */
  monotonic(): number;
  /** Calls `run` once after `ms`; the timer never keeps the process alive. */
  after(ms: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const handle = setTimeout(run, ms);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
