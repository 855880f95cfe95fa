import type { Decision } from "#mitigate/guard.ts";
import type { Measure, Mitigation } from "#mitigate/rule.ts";

/** What a visitor meets whom a rule means. */
export const DOES: Readonly<Record<Measure, string>> = {
  probe: "visitors are sent round once with a cookie",
  challenge: "visitors must solve a challenge",
  throttle: "each visitor is held to a slow pace",
  block: "they are refused",
};

/** What was noticed. */
export const WHY: Readonly<Record<Mitigation["evidence"]["alarm"], string>> = {
  flood: "far more requests than usual reach the origin",
  swell: "more requests than usual reach the origin, second after second",
  volume: "far more requests than usual are answered from the cache",
  stress: "the origin suffers",
  surge: "one place is written to far more than usual",
};

/** One line for the log: what was done, to whom, why, and what it rests on. */
export function explain(decision: Decision): string {
  switch (decision.kind) {
    case "made": {
      const { rule } = decision;
      return `mitigation ${rule.id} begins: ${WHY[rule.evidence.alarm]}; where ${rule.expression}, ${DOES[rule.measure]} (${figures(rule)})`;
    }
    case "withdrawn": {
      const { rule, why } = decision;
      const reason = why === "over" ? "nothing more came" : "an operator lifted it";
      return `mitigation ${rule.id} ends: ${reason}; it stopped ${Math.round(rule.stopped)} requests`;
    }
    case "ban":
      return `${decision.bans.length} addresses are dropped for a while: they went on without heeding the challenge`;
    case "known":
      return `${decision.visitors.length} visitors are known`;
    case "crowd":
      return `a crowd: ${perSecond(decision.rate)} requests a second where ${perSecond(decision.usual)} are usual, by visitors who behave like people; nothing is done`;
  }
}

/** The evidence behind a rule in a few words. */
export function figures({ evidence }: Mitigation): string {
  const { expected, coverage, collateral, people, machines } = evidence;
  return [
    `${perSecond(evidence.rate)} requests a second, ${perSecond(expected)} to be expected`,
    `covers ${percent(coverage)} of the excess`,
    `would meet ${percent(collateral)} of ordinary traffic`,
    `people ${percent(people)}, machines ${percent(machines)}`,
  ].join("; ");
}

/** A rate in words; next to nothing is not nothing. */
export function perSecond(value: number): string {
  return value >= 10 || value === 0 ? String(Math.round(value)) : value.toFixed(1);
}

/** A share, 0 to 1, in words. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.01 ? 1 : 0)} %`;
}
