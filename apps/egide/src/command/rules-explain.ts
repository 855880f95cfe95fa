import { type Command, flag, type Input, type Shell } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { MISUSE, PLACE_OPTIONS, RULES_OPTION, setOf } from "#command/rules-options.ts";
import { nearest } from "#config/suggest.ts";
import { explainRule } from "#rules/explain.ts";
import { factsOf } from "#rules/facts.ts";

export const rulesExplainCommand: Command = {
  name: "explain",
  summary: "Say in words what a rule looks at, when it matches and what it does.",
  arguments: [{ name: "id", summary: "Id of the rule, as in logs." }],
  options: {
    rules: RULES_OPTION,
    json: { type: "boolean", summary: "As JSON." },
    ...PLACE_OPTIONS,
  },
  examples: [
    ["egide rules explain 942100", "A rule of the Core Rule Set."],
    ["egide rules explain 5006001 --rules own", "A rule of the set that comes along."],
  ],
  run: explain,
};

function explain(input: Input, shell: Shell): number {
  const word = input.args[0] as string;
  if (!/^\d{1,15}$/.test(word)) {
    shell.err(`egide rules explain: an id is a number, not ${JSON.stringify(word)}\n`);
    return MISUSE;
  }
  const found = setOf(input, shell);
  if (found === null) return 1;
  const { set, label } = found;
  const rule = set.rules.get(Number(word));
  if (rule === undefined) {
    const meant = nearest(word, [...set.rules.keys()].map(String));
    const hint = meant === null ? "egide rules list shows them" : `did you mean ${meant}?`;
    shell.err(`no rule ${word} in ${label}; ${hint}\n`);
    return 1;
  }
  const facts = factsOf(rule);
  const lines = explainRule(rule, set.rules.values());
  if (flag(input.options, "json")) {
    shell.out(`${JSON.stringify({ ...facts, explanation: lines })}\n`);
    return 0;
  }
  const paint = paintFor(shell.isTerminal, shell.env);
  shell.out(`${paint.bold(`${rule.id}  ${facts.message || "(no message)"}`)}\n\n`);
  for (const [label, said] of lines) {
    const indent = `\n${" ".repeat(12)}`;
    shell.out(`${paint.dim(label.padEnd(10))}  ${said.replaceAll("\n", indent)}\n`);
  }
  shell.out(`\nTo leave it out, in the zone's settings:\n${snippet(rule.id)}`);
  return 0;
}

function snippet(id: number): string {
  return `  waf:
    exclusions:
      - rules: [${id}]
        path: /where/it/hurts   # absent: everywhere
        arguments: [name]       # absent: the rule as a whole
`;
}
