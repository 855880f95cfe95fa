import { type Facts, isAdmitted } from "#facts.ts";
import { ALLOW, type Verdict } from "#verdict.ts";

const CHALLENGED: Verdict = {
  kind: "challenge",
  rule: "under-attack",
  mode: "managed",
  code: "challenge.under_attack",
};

/** Challenges whoever comes without a clearance, while the zone is under attack or says so itself. */
export function judgeUnderAttack(isUnderAttack: boolean, facts: Facts<unknown>): Verdict {
  if (!isUnderAttack || facts.skipped.challenge) return ALLOW;
  return isAdmitted(facts, "managed") ? ALLOW : CHALLENGED;
}
