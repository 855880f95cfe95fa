import { FEATURES, type FeatureName, PLACE } from "#mitigate/features.ts";
import { bears, type Signature, signatureKey } from "#mitigate/signature.ts";

/** A request, and how many a second it stands for. */
export interface Weighted {
  readonly features: readonly string[];
  readonly rate: number;
  /** By a visitor who was here before: counts as ordinary, never as expected among strangers. */
  readonly known: boolean;
}

export interface Found {
  readonly signature: Signature;
  /** Requests a second that bear it now, and that would without an attack. */
  readonly rate: number;
  readonly expected: number;
  /** Share of the excess that it covers, and of ordinary traffic that bears it too; 0 to 1. */
  readonly coverage: number;
  readonly collateral: number;
}

/** Signatures that are kept at each depth of the search. */
const BEAM = 6;
const DEPTH = 4;
/** Values of one feature that are tried in one place: the most frequent ones. */
const VALUES = 3;
/** A value that fewer than this share of the requests have is not worth a rule of its own. */
const SHARE = 0.12;
/** A telling condition that costs less coverage than this is taken: narrow rules meet fewer strangers. */
const NARROWNESS = 0.002;
/** Features with so many values that requests which share one are likely to have one maker. */
const TELLING: ReadonlySet<FeatureName> = new Set([
  "address",
  "path",
  "argument",
  "agent",
  "headers",
  "ja4",
]);
/** Features of which it says something that they are absent. */
const EMPTY_SPEAKS: ReadonlySet<number> = new Set([
  PLACE.query,
  PLACE.agent,
  PLACE.cookie,
  PLACE.referer,
]);
const NONE: ReadonlySet<FeatureName> = new Set();

/**
 * Finds the conjunction of features that covers most of what is too much and least of what is
 * ordinary. A beam search over single values: at each depth the best few signatures are narrowed by
 * each feature's most frequent values. Null where there is nothing in excess.
 *
 * @param current requests of strangers now
 * @param ordinary what comes without an attack
 * @param start what the signature holds in any case
 * @param without features that it is not to hold
 */
export function findSignature(
  current: readonly Weighted[],
  ordinary: readonly Weighted[],
  start: Signature = [],
  without: ReadonlySet<FeatureName> = NONE,
): Found | null {
  const usual = sum(ordinary);
  const whole = branch(start, current, ordinary, { usual, excess: 0 });
  const excess = whole.found.rate - whole.found.expected;
  if (excess <= 0) return null;
  let best: Branch = { ...whole, found: { ...whole.found, coverage: 1 } };
  let beam = [best];
  for (let depth = 0; depth < DEPTH; depth++) {
    const next = beam.flatMap((each) => narrower(each, { usual, excess }, without));
    beam = distinct(next).toSorted(byWorth).slice(0, BEAM);
    const [first] = beam;
    if (first === undefined) break;
    if (worth(first.found) > worth(best.found)) best = first;
  }
  return best.found;
}

/** How `signature` fares by itself. */
export function measure(
  signature: Signature,
  current: readonly Weighted[],
  ordinary: readonly Weighted[],
): Found {
  const usual = sum(ordinary);
  const excess = Math.max(0, sum(current) - strangers(ordinary));
  return branch(signature, current, ordinary, { usual, excess }).found;
}

interface Branch {
  readonly found: Found;
  readonly current: readonly Weighted[];
  readonly ordinary: readonly Weighted[];
}

interface Whole {
  /** Requests a second that are ordinary, and that are too much. */
  readonly usual: number;
  readonly excess: number;
}

/** What of the requests of a wider branch bears `signature`. */
function branch(
  signature: Signature,
  wider: readonly Weighted[],
  widerOrdinary: readonly Weighted[],
  { usual, excess }: Whole,
): Branch {
  const current = wider.filter(({ features }) => bears(features, signature));
  const ordinary = widerOrdinary.filter(({ features }) => bears(features, signature));
  const rate = sum(current);
  const expected = strangers(ordinary);
  const coverage = excess > 0 ? Math.max(0, Math.min(1, (rate - expected) / excess)) : 0;
  const collateral = usual > 0 ? sum(ordinary) / usual : 0;
  return { found: { signature, rate, expected, coverage, collateral }, current, ordinary };
}

function narrower(
  { found, current, ordinary }: Branch,
  whole: Whole,
  without: ReadonlySet<FeatureName>,
): Branch[] {
  const out: Branch[] = [];
  for (const { name } of FEATURES) {
    if (without.has(name) || found.signature.some(({ feature }) => feature === name)) continue;
    for (const value of frequent(current, PLACE[name], whole.excess * SHARE)) {
      const signature = [...found.signature, { feature: name, value }];
      out.push(branch(signature, current, ordinary, whole));
    }
  }
  return out;
}

/** Values that occur often enough; those that say nothing ("" for most) only where all agree on it. */
function frequent(requests: readonly Weighted[], place: number, least: number): string[] {
  const rates = new Map<string, number>();
  for (const { features, rate } of requests) {
    const value = features[place] as string;
    rates.set(value, (rates.get(value) ?? 0) + rate);
  }
  return [...rates]
    .filter(([value, rate]) => rate >= least && (value !== "" || EMPTY_SPEAKS.has(place)))
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, VALUES)
    .map(([value]) => value);
}

/** Coverage counts as much as collateral; what tells nothing must earn its place. */
function worth({ coverage, collateral, signature }: Found): number {
  let bonus = 0;
  for (const { feature } of signature) bonus += TELLING.has(feature) ? NARROWNESS : -NARROWNESS;
  return coverage - collateral + bonus;
}

function byWorth(a: Branch, b: Branch): number {
  return worth(b.found) - worth(a.found);
}

/** The same conditions are reached in more than one order. */
function distinct(branches: readonly Branch[]): Branch[] {
  const seen = new Map<string, Branch>();
  for (const branch of branches) {
    const key = signatureKey(branch.found.signature);
    if (!seen.has(key)) seen.set(key, branch);
  }
  return [...seen.values()];
}

function sum(requests: readonly Weighted[]): number {
  let total = 0;
  for (const { rate } of requests) total += rate;
  return total;
}

function strangers(requests: readonly Weighted[]): number {
  let total = 0;
  for (const { rate, known } of requests) if (!known) total += rate;
  return total;
}
