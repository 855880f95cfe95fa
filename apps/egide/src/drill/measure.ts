import type { Outcome, Shot } from "#drill/outcome.ts";

/** What visitors met in one part of a drill. */
export interface Fared {
  readonly requests: number;
  /** Shares, 0 to 1. */
  readonly served: number;
  readonly challenged: number;
  readonly blocked: number;
  /** Milliseconds of those that were served. */
  readonly p50: number;
  readonly p99: number;
}

export interface AttackFigures {
  readonly name: string;
  readonly requests: number;
  /** Of these, answered by the site. */
  readonly reached: number;
  /** Milliseconds from the first request of the attack; null: never. */
  readonly detected: number | null;
  readonly mitigated: number | null;
  readonly before: Fared;
  readonly during: Fared;
  /** From the moment it was mitigated until it ended. */
  readonly held: Fared;
  readonly after: Fared;
  /** Milliseconds from the attack's end until no rule was left; null: one was. */
  readonly withdrawn: number | null;
  /** CPU seconds of the installation while the attack went on. */
  readonly cpu: number;
  /** Requests a second that the site itself answered, people's and the attack's; 0 where nobody knows. */
  readonly origin: { readonly before: number; readonly during: number };
}

/** Share of the attack's requests that may still reach the site once it counts as mitigated. */
const THROUGH = 0.01;
const WINDOW_MS = 1000;
const STEP_MS = 50;

/** How the requests between two moments fared. */
export function fared(shots: readonly Shot[], from: number, to: number): Fared {
  const counted = shots.filter(({ at }) => at >= from && at < to);
  const of = (...outcomes: Outcome[]): number =>
    counted.length === 0
      ? 0
      : counted.filter(({ outcome }) => outcomes.includes(outcome)).length / counted.length;
  const times = counted.filter(({ outcome }) => outcome === "served").map(({ ms }) => ms);
  times.sort((a, b) => a - b);
  const quantile = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return {
    requests: counted.length,
    served: counted.length === 0 ? 1 : of("served"),
    challenged: of("challenged"),
    blocked: of("refused"),
    p50: quantile(0.5),
    p99: quantile(0.99),
  };
}

/**
 * Milliseconds from `began` until, for a second on end, no more than one in a hundred of the attack's
 * requests reached the site. Null: that never came. Requests that never get an answer reach nobody.
 */
export function timeToMitigate(
  shots: readonly Shot[],
  began: number,
  ended: number,
  /** Requests a second that the attack meant to make. */
  rate: number,
): number | null {
  const reached = shots.filter(hasReached).map(({ at }) => at);
  reached.sort((a, b) => a - b);
  let first = 0;
  let last = 0;
  for (let from = began; from + WINDOW_MS <= ended; from += STEP_MS) {
    while (first < reached.length && (reached[first] as number) < from) first++;
    while (last < reached.length && (reached[last] as number) < from + WINDOW_MS) last++;
    if (last - first <= rate * THROUGH * (WINDOW_MS / 1000)) return from - began;
  }
  return null;
}

/** The site itself answered, well or badly: not the edge in its place. */
export function hasReached({ outcome }: Shot): boolean {
  return outcome === "served" || outcome === "failed";
}
