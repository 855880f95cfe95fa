/**
 * Least connections: the origin with the fewest requests in flight for its weight. Ties go round from
 * `from`, so that idle origins share alike. Answers the index, or -1 where no weight is left.
 */
export function leastLoaded(
  inFlight: ArrayLike<number>,
  weights: ArrayLike<number>,
  from: number,
): number {
  let best = -1;
  let bestLoad = Infinity;
  for (let n = 0; n < weights.length; n++) {
    const i = (from + n) % weights.length;
    const weight = weights[i] as number;
    if (weight <= 0) continue;
    // The request to be placed counts: else all idle origins look alike whatever they weigh.
    const load = ((inFlight[i] as number) + 1) / weight;
    if (load < bestLoad) {
      best = i;
      bestLoad = load;
    }
  }
  return best;
}
