/**
 * Weight of an origin that came back `elapsed` ago: from a tenth to the whole, in a straight line, so
 * that cold caches and connection pools fill before the full load arrives.
 */
export function slowStartWeight(weight: number, elapsed: number, duration: number): number {
  if (elapsed >= duration || duration <= 0) return weight;
  return weight * Math.max(0.1, elapsed / duration);
}
