import type { FeatureName } from "#mitigate/features.ts";
import { findSignature, type Found, type Weighted } from "#mitigate/search.ts";
import type { Signature } from "#mitigate/signature.ts";

/** Features that say where a request comes from, and nothing of what it is. */
const PLACES: ReadonlySet<FeatureName> = new Set(["address", "network"]);
/** So many rules about places within this time follow an attack that moves on. */
const MOVES = 2;
const WINDOW_MS = 10_000;
/** What else they have in common has to cover this much, and to meet no more of the ordinary. */
const COVERAGE = 0.9;
const COLLATERAL = 0.2;

/**
 * An attack that goes from one neighbourhood to the next would be met with a rule for each, always too
 * late. Where that has begun, something is looked for that its requests have in common wherever they
 * come from.
 */
export class Places {
  #moves: number[] = [];

  find(
    current: readonly Weighted[],
    ordinary: readonly Weighted[],
    start: Signature,
    now: number,
  ): Found | null {
    this.#moves = this.#moves.filter((at) => now - at < WINDOW_MS);
    if (this.#moves.length >= MOVES) {
      const found = findSignature(current, ordinary, start, PLACES);
      if (found !== null && found.coverage >= COVERAGE && found.collateral <= COLLATERAL) {
        return found;
      }
    }
    return findSignature(current, ordinary, start);
  }

  /** A rule was made. */
  made(signature: Signature, now: number): void {
    if (signature.some(({ feature }) => PLACES.has(feature))) this.#moves.push(now);
  }
}
