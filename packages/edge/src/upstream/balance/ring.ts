/** Points on the circle: sorted hashes, and whose each is. */
export interface Ring {
  readonly hashes: Uint32Array;
  readonly owners: Uint16Array;
}

/** Points for an origin of average weight: the spread of shares is about 1 / sqrt(160), 8 %. */
const POINTS = 160;
const MAX_POINTS = 65_536;

/**
 * Places origins on a circle in proportion to their weights (Karger et al. 1997). An origin's points
 * depend on its name alone, so that one coming or going moves only its own share of the keys.
 */
export function buildRing(
  names: readonly string[],
  weights: readonly number[],
  hash: (text: string) => number,
): Ring {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const average = total / Math.max(1, weights.filter((weight) => weight > 0).length);
  const points: { hash: number; owner: number }[] = [];
  names.forEach((name, owner) => {
    const weight = weights[owner] as number;
    if (weight <= 0) return;
    const count = Math.max(1, Math.round((POINTS * weight) / average));
    for (let n = 0; n < count && points.length < MAX_POINTS; n++) {
      points.push({ hash: hash(`${name}#${n}`), owner });
    }
  });
  points.sort((a, b) => a.hash - b.hash || a.owner - b.owner);
  return {
    hashes: Uint32Array.from(points, (point) => point.hash),
    owners: Uint16Array.from(points, (point) => point.owner),
  };
}

/**
 * Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2018): from the key's point
 * on, the first origin that has room wins, where room is `bound` times its fair share of everything in
 * flight, the new request included. Since the bounds add up to more than the load, some origin has
 * room. `weights[i]` of 0 leaves origin i out. Answers the index, or -1 where no weight is left.
 */
export function pickBounded(
  ring: Ring,
  key: number,
  inFlight: ArrayLike<number>,
  weights: ArrayLike<number>,
  bound: number,
): number {
  let load = 1;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    if ((weights[i] as number) <= 0) continue;
    total += weights[i] as number;
    load += inFlight[i] as number;
  }
  if (total <= 0) return -1;
  const { hashes, owners } = ring;
  const start = firstAtOrAfter(hashes, key);
  for (let n = 0; n < owners.length; n++) {
    const owner = owners[(start + n) % owners.length] as number;
    const weight = weights[owner] as number;
    if (weight <= 0) continue;
    const room = Math.ceil((bound * load * weight) / total);
    if ((inFlight[owner] as number) < room) return owner;
  }
  return -1;
}

function firstAtOrAfter(hashes: Uint32Array, key: number): number {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hashes[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  return low === hashes.length ? 0 : low;
}
