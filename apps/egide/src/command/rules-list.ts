import { type Command, flag, type Input, type Shell, text, texts } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { MISUSE, PLACE_OPTIONS, RULES_OPTION, setOf } from "#command/rules-options.ts";
import type { RuleFacts } from "#rules/facts.ts";
import { listRules } from "#rules/list.ts";

export const rulesListCommand: Command = {
  name: "list",
  summary: "Show the rules of a rule set: id, phase, paranoia level, message, tags.",
  options: {
    rules: RULES_OPTION,
    id: { type: "string", value: "range", summary: "This id, or a range such as 942000-942999." },
    phase: {
      type: "string",
      value: "phase",
      choices: ["1", "2", "3", "4", "5"],
      summary: "Only rules of this phase.",
    },
    paranoia: {
      type: "string",
      value: "level",
      choices: ["1", "2", "3", "4"],
      summary: "Only rules that count at this paranoia level.",
    },
    tag: {
      type: "string",
      value: "tag",
      multiple: true,
      summary: "Only rules with this tag, e.g. attack-sqli. May be repeated.",
    },
    search: { type: "string", value: "text", summary: "Only rules whose message holds this." },
    all: { type: "boolean", summary: "Also rules that only set up, add up or jump." },
    json: { type: "boolean", summary: "One JSON object a line." },
    ...PLACE_OPTIONS,
  },
  examples: [
    ["egide rules list --tag attack-sqli --paranoia 1", "What finds SQL injection by default."],
    ["egide rules list --rules own --json", "The set that comes along, for programs."],
  ],
  run: list,
};

function list(input: Input, shell: Shell): number {
  const { options } = input;
  const range = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text(options, "id") ?? "0-999999999999999");
  if (range === null) {
    shell.err(`egide rules list: --id is an id or a range, not ${text(options, "id")}\n`);
    return MISUSE;
  }
  const found = setOf(input, shell);
  if (found === null) return 1;
  const { set, label } = found;
  const search = text(options, "search");
  const rules = listRules(set, {
    from: Number(range[1]),
    to: Number(range[2] ?? range[1]),
    ...numbered("phase", text(options, "phase")),
    ...numbered("paranoia", text(options, "paranoia")),
    ...(search === undefined ? {} : { search }),
    tags: texts(options, "tag"),
    all: flag(options, "all"),
  });
  if (flag(options, "json")) {
    for (const facts of rules) shell.out(`${JSON.stringify(facts)}\n`);
    return 0;
  }
  const paint = paintFor(shell.isTerminal, shell.env);
  for (const facts of rules) {
    shell.out(
      `${paint.bold(String(facts.id))}  ${columns(facts)}  ${paint.dim(shortTags(facts))}\n`,
    );
  }
  shell.err(`${rules.length} of ${set.rules.size} rules of ${label}\n`);
  return 0;
}

function columns({ phase, paranoia, message }: RuleFacts): string {
  return `phase ${phase}  PL${paranoia ?? "-"}  ${message === "" ? "(no message)" : message}`;
}

/** Levels and sources are told by other columns, or by `--json`. */
function shortTags({ tags }: RuleFacts): string {
  return tags.filter((tag) => /^attack-|^language-|^platform-/.test(tag)).join(" ");
}

function numbered(name: string, value: string | undefined): Readonly<Record<string, number>> {
  return value === undefined ? {} : { [name]: Number(value) };
}
