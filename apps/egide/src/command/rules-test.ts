import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "@egide/std/error.ts";
import type { Outcome } from "@egide/waf/run/outcome.ts";
import type { MatchRecord } from "@egide/waf/run/record.ts";
import { type Command, flag, type Input, type Shell, text } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { contextOf, ENGINE_OPTIONS, engineOf, MISUSE } from "#command/rules-options.ts";
import { isFinding } from "#rules/backtest.ts";
import type { RuleEngine } from "#rules/engine.ts";
import { chainOf, paranoiaOf } from "#rules/facts.ts";
import { utf8 } from "#rules/problems.ts";
import { type RawRequest, readRawRequest } from "#rules/raw-request.ts";

export const rulesTestCommand: Command = {
  name: "test",
  summary: "Hold a request against the rules and show what matches, where and why.",
  about:
    "Takes a request as it goes over the wire: request line, fields, an empty line, the body. Lines may end with a line feed alone, and the body goes to the end of the file. Exits with 0 whether the request would be blocked or not.",
  options: {
    request: { type: "string", value: "file", summary: "The request; - reads standard input." },
    ...ENGINE_OPTIONS,
    json: { type: "boolean", summary: "As JSON." },
  },
  examples: [
    ["egide rules test --request request.txt", "With the rules that would be used by default."],
    ["egide rules test --request - --zone example.org < request.txt", "As this zone would."],
  ],
  run: runTest,
};

const LEVELS = [1, 2, 3, 4] as const;

function runTest(input: Input, shell: Shell): number {
  const { options } = input;
  const name = text(options, "request");
  if (name === undefined) {
    shell.err("egide rules test: --request is missing\nmore:  egide rules test --help\n");
    return MISUSE;
  }
  const context = contextOf(input, shell);
  if (context === null) return 1;
  const request = readRawRequest(read(name, shell));
  // Rules of all levels are told, so that one sees what a higher level would find.
  const engine = engineOf(input, context, 4, shell);
  if (engine === null) return 1;
  const outcome = engine.judge(request);
  if (outcome === null) {
    shell.out("An exclusion of the zone takes this request out: no rule looks at it.\n");
    return 0;
  }
  if (outcome.fault !== undefined) throw outcome.fault;
  const levels = LEVELS.map((level) => ({ level, ...verdict(engine.judge(request, level)) }));
  const matches = outcome.matches.filter(isFinding).map((match) => describe(match, engine));
  if (flag(options, "json")) {
    const { paranoia, inboundThreshold } = engine.settings;
    const told = { paranoia, threshold: inboundThreshold, ...verdict(outcome), levels, matches };
    shell.out(`${JSON.stringify(told)}\n`);
  } else {
    print({ request, outcome, engine, levels, matches, label: context.sources.label }, shell);
  }
  return 0;
}

interface Level {
  readonly level: number;
  readonly score: number;
  readonly blocked: boolean;
}

interface Match {
  readonly id: number;
  readonly message: string;
  readonly paranoia: number | null;
  readonly phase: number;
  readonly variable: string;
  readonly transformations: readonly string[];
  readonly excerpt: string;
  readonly data: string;
  readonly tags: readonly string[];
  readonly file: string;
  readonly line: number;
}

function verdict(outcome: Outcome | null): { score: number; blocked: boolean } {
  return { score: outcome?.inboundScore ?? 0, blocked: outcome?.wouldBlock !== undefined };
}

function describe(match: MatchRecord, engine: RuleEngine): Match {
  const rule = engine.set.rules.get(match.ruleId);
  // What a record speaks of is what the last rule of a chain saw.
  const last = rule === undefined ? undefined : chainOf(rule).at(-1);
  return {
    id: match.ruleId,
    message: utf8(match.message),
    paranoia: paranoiaOf(match.tags),
    phase: match.phase,
    variable: utf8(match.variable),
    transformations: last?.transforms ?? [],
    excerpt: utf8(match.excerpt),
    data: utf8(match.data),
    tags: match.tags,
    file: match.file,
    line: match.line,
  };
}

interface Result {
  readonly request: RawRequest;
  readonly outcome: Outcome;
  readonly engine: RuleEngine;
  readonly levels: readonly Level[];
  readonly matches: readonly Match[];
  readonly label: string;
}

function print({ request, outcome, engine, levels, matches, label }: Result, shell: Shell): void {
  const paint = paintFor(shell.isTerminal, shell.env);
  const { paranoia, inboundThreshold } = engine.settings;
  shell.out(`${request.method} ${shown(utf8(request.target))}  against ${label}\n\n`);
  for (const match of matches) {
    const counts = (match.paranoia ?? 1) <= paranoia;
    const level = match.paranoia === null ? "" : `  PL${match.paranoia}`;
    const note = counts ? "" : `  (does not count at level ${paranoia})`;
    shell.out(`${paint.bold(`${match.id}`)}${level}  ${match.message}${paint.dim(note)}\n`);
    if (match.variable !== "") shell.out(`    in     ${match.variable}\n`);
    if (match.transformations.length > 0) {
      shell.out(`    after  ${match.transformations.join(", ")}\n`);
    }
    if (match.excerpt !== "") shell.out(`    saw    ${shown(match.excerpt)}\n`);
  }
  if (matches.length === 0) shell.out("No rule matches.\n");
  if (outcome.unfinished.length > 0) {
    const why = outcome.unfinished.includes(0)
      ? "the time for one request was up"
      : `a pattern stopped at its bound (rule ${outcome.unfinished.join(", ")})`;
    shell.out(paint.red(`Not judged to the end: ${why}.\n`));
  }
  const said = outcome.wouldBlock === undefined ? paint.green("passes") : paint.red("is blocked");
  shell.out(
    `\nScore ${outcome.inboundScore} at paranoia level ${paranoia}, threshold ${inboundThreshold}: the request ${said}.\n`,
  );
  const { wouldBlock } = outcome;
  if (wouldBlock !== undefined) {
    shell.out(`Decided by rule ${wouldBlock.ruleId}, status ${wouldBlock.status}.\n`);
  }
  const others = levels.filter(({ level }) => level !== paranoia);
  const list = others.map((one) => `${one.level}: ${one.score}${one.blocked ? " (blocked)" : ""}`);
  shell.out(`At other levels: ${list.join(", ")}\n`);
}

/** On one line, with control characters visible. */
function shown(value: string): string {
  const flat = JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
  return flat.slice(1, -1).replaceAll('\\"', '"');
}

function read(name: string, shell: Shell): string {
  try {
    return readFileSync(name === "-" ? 0 : resolve(shell.cwd, name), "latin1");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AppError({
      code: "rules.request",
      source: "operator",
      retry: false,
      publicMessage: `${name}: ${code === "ENOENT" ? "no such file" : `not readable (${code})`}`,
    });
  }
}
