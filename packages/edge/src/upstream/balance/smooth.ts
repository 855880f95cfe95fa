/**
 * Smooth weighted round robin, as nginx does it: each turn adds every weight to its origin's credit,
 * the highest credit wins and pays the sum. With weights 5, 1, 1 the turns are a a b a c a a instead
 * of a a a a a b c.
 *
 * `credits` is the whole state and is changed in place. `weights[i]` of 0 leaves origin i out.
 * Answers the index, or -1 where no weight is left.
 */
export function nextSmooth(credits: Float64Array, weights: ArrayLike<number>): number {
  let sum = 0;
  let best = -1;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] as number;
    if (weight <= 0) continue;
    sum += weight;
    credits[i] = (credits[i] as number) + weight;
    if (best < 0 || (credits[i] as number) > (credits[best] as number)) best = i;
  }
  if (best >= 0) credits[best] = (credits[best] as number) - sum;
  return best;
}
