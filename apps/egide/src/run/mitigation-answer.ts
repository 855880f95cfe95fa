import type { MitigationCentre } from "@egide/edge/mitigate/centre.ts";
import { DOES, explain, WHY } from "@egide/edge/mitigate/explain.ts";
import type { Decision } from "@egide/edge/mitigate/guard.ts";
import type { MitigationRequest, Mitigations } from "#mitigation/message.ts";

/** Answers `egide mitigation`: the whole screen, after what was to be lifted is lifted. */
export function answerMitigation(
  { lift }: MitigationRequest,
  centre: MitigationCentre,
  now: number,
): Mitigations | { readonly error: string; readonly code: string } {
  if (lift !== undefined && !centre.lift(lift, now)) {
    return { error: `no mitigation ${lift} is in force`, code: "mitigate.no_rule" };
  }
  return {
    rules: centre.rules().map((rule) => ({
      id: rule.id,
      zone: rule.zone,
      measure: rule.measure,
      expression: rule.expression,
      why: WHY[rule.evidence.alarm],
      does: DOES[rule.measure],
      evidence: rule.evidence,
      age: now - rule.made,
      left: rule.expires - now,
      rate: rule.rate,
      stopped: Math.round(rule.stopped),
      enforced: centre.isEnforced(rule.zone),
    })),
    past: centre.past.map(({ at, decision }) => ({
      ago: now - at,
      zone: zoneOf(decision),
      text: explain(decision),
    })),
  };
}

function zoneOf(decision: Decision): string {
  switch (decision.kind) {
    case "made":
    case "withdrawn":
      return decision.rule.zone;
    case "ban":
    case "crowd":
      return decision.zone;
    case "known":
      return "";
  }
}
