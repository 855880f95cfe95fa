import type { Rule } from "@egide/waf/rule/model.ts";
import { utf8 } from "#rules/problems.ts";

/** What is told of a rule wherever one is named. */
export interface RuleFacts {
  readonly id: number;
  readonly phase: number;
  /** Level of paranoia from which on it counts; null where it has none. */
  readonly paranoia: number | null;
  readonly severity: string | null;
  readonly message: string;
  readonly tags: readonly string[];
  readonly file: string;
  readonly line: number;
}

const SEVERITIES = [
  "emergency",
  "alert",
  "critical",
  "error",
  "warning",
  "notice",
  "info",
  "debug",
];

export function factsOf(rule: Rule): RuleFacts {
  const tags = rule.tags.map(({ source }) => source);
  return {
    id: rule.id,
    phase: rule.phase,
    paranoia: paranoiaOf(tags),
    severity: rule.severity === undefined ? null : (SEVERITIES[rule.severity] ?? null),
    message: utf8(rule.msg?.source ?? ""),
    tags,
    file: rule.position.file,
    line: rule.position.line,
  };
}

export function paranoiaOf(tags: readonly string[]): number | null {
  for (const tag of tags) {
    const found = /^paranoia-level\/([1-4])$/.exec(tag);
    if (found !== null) return Number(found[1]);
  }
  return null;
}

/** The rule itself and those chained to it. */
export function chainOf(rule: Rule): readonly Rule[] {
  return rule.next === undefined ? [rule] : [rule, ...chainOf(rule.next)];
}
