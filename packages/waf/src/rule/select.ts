import { compilePattern } from "#regex/regex.ts";
import type { RuleSelector } from "#rule/effect.ts";
import type { Rule } from "#rule/model.ts";

/** Reads `1 5-9, "12-20"`: numbers and ranges. */
export function parseIdRanges(text: string, fail: (problem: string) => never): [number, number][] {
  const parts = text.split(/[\s,]+/).filter((part) => part !== "");
  if (parts.length === 0) fail("a rule's id is missing");
  return parts.map((part) => {
    const found = /^"?(\d{1,15})(?:-(\d{1,15}))?"?$/.exec(part);
    if (found === null) return fail(`"${part}" is no id or range of ids`);
    const from = Number(found[1]);
    return [from, Number(found[2] ?? from)];
  });
}

/** Builds a selector by tag or message: an unanchored pattern (reference manual, SecRuleRemoveByTag). */
export function selectByText(
  kind: "tag" | "msg",
  pattern: string,
  fail: (problem: string) => never,
): RuleSelector {
  return { kind, regex: compilePattern(pattern, fail) };
}

/** True where the selector is about this rule (the first of a chain speaks for the chain). */
export function selects(selector: RuleSelector, rule: Rule): boolean {
  switch (selector.kind) {
    case "id":
      return selector.ranges.some(([from, to]) => rule.id >= from && rule.id <= to);
    case "tag":
      return rule.tags.some((tag) => selector.regex.test(tag.source) === true);
    case "msg":
      return rule.msg !== undefined && selector.regex.test(rule.msg.source) === true;
  }
}
