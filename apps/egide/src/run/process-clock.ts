/**
 * Monotonic milliseconds since `epoch` (wall clock when the process began) that mean the same in all
 * of its threads: each thread's own clock begins when the thread does.
 */
export function processClock(epoch: number): () => number {
  const offset = performance.timeOrigin - epoch;
  return () => performance.now() + offset;
}
