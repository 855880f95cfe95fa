/*
 * What active checks make of an origin, as a pure state machine: `fall` bad results in a row take it
 * down, `rise` good ones bring it up. Before the first result it counts as up, so that a start does
 * not wait for the checks; that first result alone decides (HAProxy does the same).
 */

export interface ProbeRules {
  readonly rise: number;
  readonly fall: number;
}

export interface Probe {
  readonly up: boolean;
  /** Results in a row against `up`. */
  readonly streak: number;
  readonly judged: boolean;
}

export const UNJUDGED: Probe = { up: true, streak: 0, judged: false };

export function stepProbe(probe: Probe, rules: ProbeRules, good: boolean): Probe {
  if (!probe.judged) return { up: good, streak: 0, judged: true };
  if (good === probe.up) return probe.streak === 0 ? probe : { ...probe, streak: 0 };
  const streak = probe.streak + 1;
  const needed = good ? rules.rise : rules.fall;
  return streak >= needed
    ? { up: good, streak: 0, judged: true }
    : { up: probe.up, streak, judged: true };
}

/** True where `status` is one of those or lies in one of the ranges (both ends included). */
export function isExpected(
  status: number,
  expect: readonly (number | readonly [number, number])[],
): boolean {
  return expect.some((one) =>
    typeof one === "number" ? status === one : status >= one[0] && status <= one[1],
  );
}
