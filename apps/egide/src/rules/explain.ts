import type { Effect, RuleSelector } from "@egide/waf/rule/effect.ts";
import type { Rule } from "@egide/waf/rule/model.ts";
import { chainOf, factsOf } from "#rules/facts.ts";
import { utf8 } from "#rules/problems.ts";
import { removals } from "#rules/removals.ts";
import { operatorWords } from "#rules/words/operators.ts";
import { transformWords } from "#rules/words/transforms.ts";
import { describeTarget, spellTarget } from "#rules/words/variables.ts";

const PHASES: Readonly<Record<number, string>> = {
  1: "once the request's head is there",
  2: "once the request's body is there",
  3: "once the response's head is there",
  4: "once the response's body is there",
  5: "when all is over",
};

/** A line of an explanation: what it is about, and what is said. */
export type ExplainedLine = readonly [label: string, text: string];

/** What a rule says, in words. `rules`: the whole set, where others may take it out. */
export function explainRule(rule: Rule, rules: Iterable<Rule>): readonly ExplainedLine[] {
  const facts = factsOf(rule);
  const level = facts.paranoia === null ? "" : `, from paranoia level ${facts.paranoia} on`;
  const lines: ExplainedLine[] = [
    [
      "from",
      `${facts.file}:${facts.line}${rule.version === undefined ? "" : ` (${rule.version})`}`,
    ],
    ["when", `phase ${rule.phase}: ${PHASES[rule.phase]}${level}`],
  ];
  chainOf(rule).forEach((part, i) => {
    if (i > 0) lines.push(["and also", "(chained: what is below must match too)"]);
    lines.push(...conditionOf(part));
  });
  lines.push(["then", consequence(rule)]);
  for (const part of chainOf(rule)) {
    for (const effect of part.effects) lines.push(["does", describeEffect(effect)]);
  }
  if (rule.skipAfter !== undefined) lines.push(["does", `skips to ${rule.skipAfter}`]);
  if (facts.severity !== null) lines.push(["severity", facts.severity]);
  if (facts.tags.length > 0) lines.push(["tags", facts.tags.join(", ")]);
  for (const text of removals(rule, rules)) lines.push(["left out", text]);
  return lines;
}

function conditionOf(rule: Rule): ExplainedLine[] {
  const { operator, targets } = rule;
  if (operator === undefined) return [["looks at", "nothing: it always matches"]];
  const lines: ExplainedLine[] = [
    ["looks at", targets.include.map(describeTarget).join("\n")],
    ...(targets.exclude.length > 0
      ? ([["but not", targets.exclude.map(spellTarget).join(", ")]] as const)
      : []),
  ];
  if (rule.transforms.length > 0) {
    const each = rule.multiMatch ? "\n(looked at again after each of them)" : "";
    const said = rule.transforms.map((name) => `${name}: ${transformWords[name] ?? ""}`);
    lines.push(["after", `${said.join("\n")}${each}`]);
  }
  const words = operatorWords[operator.name];
  const argument = utf8(operator.argument);
  const said =
    words === undefined
      ? `${rule.negated ? "not " : ""}@${operator.name} ${argument}`
      : rule.negated
        ? words.isNot(argument)
        : words.is(argument);
  lines.push(["matches", `where ${said}`]);
  return lines;
}

function consequence({ disruption, status, log }: Rule): string {
  const quiet = log ? "" : ", without a record";
  switch (disruption.kind) {
    case "pass":
      return `goes on${quiet}`;
    case "deny":
      return `refuses with ${status}${quiet}`;
    case "drop":
      return `drops the connection${quiet}`;
    case "allow":
      return `lets it pass without further rules (${disruption.scope})${quiet}`;
    case "redirect":
      return `redirects to ${disruption.to.source}${quiet}`;
  }
}

function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case "setvar": {
      const name = `${effect.collection.toLowerCase()}.${effect.key.source}`;
      const value = effect.value.source;
      const isScore = /anomaly_score/.test(name);
      switch (effect.how) {
        case "set":
          return `sets ${name} to ${value}`;
        case "add":
          return `adds ${value} to ${isScore ? "the score " : ""}${name}`;
        case "subtract":
          return `takes ${value} from ${name}`;
        case "unset":
          return `forgets ${name}`;
      }
      break;
    }
    case "expirevar":
      return `forgets ${effect.collection.toLowerCase()}.${effect.key.source} after ${effect.seconds.source} s`;
    case "deprecatevar":
      return `takes ${effect.amount} from ${effect.collection.toLowerCase()}.${effect.key.source} every ${effect.seconds} s`;
    case "initcol":
      return `opens the collection ${effect.collection} for ${effect.key.source}`;
    case "identify":
      return `takes ${effect.key.source} for the ${effect.what.toLowerCase()}`;
    case "setenv":
      return `sets the environment variable ${effect.key}`;
    case "sanitise":
      return `keeps ${effect.what === "matched" ? "what matched" : effect.name} out of records`;
    case "ctl":
      return describeControl(effect);
  }
}

function describeControl({ control }: Extract<Effect, { kind: "ctl" }>): string {
  switch (control.kind) {
    case "removeRules":
      return `takes ${describeSelector(control.rules)} out of this request`;
    case "removeTarget":
      return `takes ${control.targets.map(spellTarget).join(", ")} from ${describeSelector(control.rules)}`;
    case "ruleEngine":
      return `turns the rules ${control.mode}`;
    case "bodyProcessor":
      return `reads the body as ${control.name}`;
    case "forceRequestBody":
      return "looks at the body as a whole too";
    default:
      return `changes how this request is inspected (${control.kind})`;
  }
}

function describeSelector(selector: RuleSelector): string {
  if (selector.kind !== "id")
    return `the rules whose ${selector.kind} matches ${selector.regex.source}`;
  const ranges = selector.ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  return `rule ${ranges.join(", ")}`;
}
