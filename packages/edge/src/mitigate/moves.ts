import { FEATURES, type FeatureName } from "#mitigate/features.ts";
import { findSignature, type Found, measure, type Weighted } from "#mitigate/search.ts";
import type { Signature } from "#mitigate/signature.ts";

/** Features that say where a request comes from, and nothing of what it is. */
const PLACES: ReadonlySet<FeatureName> = new Set(["address", "network"]);
const WINDOW_MS = 10_000;
/** So many rules within the window follow an attack that changes its ways. */
const CHANGES = 2;
/** What requests have in common wherever they come from has to cover this much. */
const COVERAGE = 0.9;
/** And to meet no more of the ordinary: after one rule about a place, and after more. */
const COLLATERAL = [0.05, 0.2] as const;
/** After several rules of any kind: of ordinary strangers, as shares of all that is ordinary. */
const STRANGERS = 0.4;
/** Of the rules before, so many say what an attack has been lately. */
const LATELY = 2;
/** Bears no signature. */
const NOBODY: readonly string[] = FEATURES.map(() => "\0");
/** Requests that are remembered of each. */
const EVIDENCE = 300;

interface Move {
  readonly at: number;
  readonly isPlace: boolean;
  /** What the rule was made against. */
  readonly evidence: readonly Weighted[];
}

/**
 * An attack that goes from one neighbourhood to the next, or from one pattern to the next, would be met
 * with a rule for each, always too late. Where that has begun, something is looked for that its requests
 * have in common wherever they come from, and then with those of the rules before.
 */
export class Moves {
  #moves: Move[] = [];

  find(
    current: readonly Weighted[],
    ordinary: readonly Weighted[],
    start: Signature,
    now: number,
  ): Found | null {
    this.#moves = this.#moves.filter(({ at }) => now - at < WINDOW_MS);
    const places = this.#moves.filter(({ isPlace }) => isPlace).length;
    if (places > 0) {
      const found = findSignature(current, ordinary, start, PLACES);
      if (fits(found, COLLATERAL[places > 1 ? 1 : 0])) return found;
    }
    return this.#common(current, ordinary) ?? findSignature(current, ordinary, start);
  }

  /** A rule was made against what of `current` bears its signature. */
  made({ signature }: Found, evidence: readonly Weighted[], now: number): void {
    const step = Math.max(1, Math.ceil(evidence.length / EVIDENCE));
    this.#moves.push({
      at: now,
      isPlace: signature.some(({ feature }) => PLACES.has(feature)),
      evidence: evidence.filter((_, i) => i % step === 0),
    });
  }

  #common(current: readonly Weighted[], ordinary: readonly Weighted[]): Found | null {
    if (this.#moves.length < CHANGES) return null;
    const before = this.#moves.slice(-LATELY).flatMap(({ evidence }) => evidence);
    // Who is known is spared: only strangers are weighed against it.
    const strangers = ordinary.map((each) => (each.known ? { ...each, features: NOBODY } : each));
    const found = findSignature([...before, ...current], strangers, [], PLACES);
    if (found === null || found.coverage < COVERAGE) return null;
    const here = measure(found.signature, current, ordinary);
    const usual = ordinary.reduce((sum, { rate }) => sum + rate, 0);
    return here.coverage >= COVERAGE && here.expected <= usual * STRANGERS ? here : null;
  }
}

function fits(found: Found | null, collateral: number): found is Found {
  return found !== null && found.coverage >= COVERAGE && found.collateral <= collateral;
}
