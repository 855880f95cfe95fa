/** Tries before a thread that waits gives the core to others. */
const SPINS = 200;
/** A holder that takes longer than this many waits ended while it held the lock. */
const WAITS = 10;
const WAIT_MS = 5;

/**
 * A lock in one word of shared memory (0 free, 1 held, 2 held and waited for), as Drepper's "Futexes
 * are tricky" has it. What it guards takes tens of nanoseconds, so a thread hardly ever waits; one
 * that died inside (a worker that was terminated) is not waited for longer than 50 ms.
 */
export function lock(words: Int32Array, at: number): void {
  if (Atomics.compareExchange(words, at, 0, 1) === 0) return;
  for (let i = 0; i < SPINS; i++) {
    if (Atomics.compareExchange(words, at, 0, 1) === 0) return;
  }
  for (let i = 0; i < WAITS; i++) {
    if (Atomics.exchange(words, at, 2) === 0) return;
    Atomics.wait(words, at, 2, WAIT_MS);
  }
}

export function unlock(words: Int32Array, at: number): void {
  if (Atomics.exchange(words, at, 0) === 2) Atomics.notify(words, at, 1);
}
