import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, flag, type Input, type Shell, text, texts } from "#cli/command.ts";
import { paintFor } from "#cli/paint.ts";
import { contextOf, ENGINE_OPTIONS, engineOf } from "#command/rules-options.ts";
import {
  backtest,
  type BacktestResult,
  type Difference,
  VISITORS,
  type Visitor,
} from "#rules/backtest.ts";
import { utf8 } from "#rules/problems.ts";
import { readRecorded } from "#rules/recorded.ts";

const { rules: _rules, ...OPTIONS } = ENGINE_OPTIONS;

export const rulesBacktestCommand: Command = {
  name: "backtest",
  summary: "Hold other rules or settings against recorded requests, before using them.",
  about:
    "Replays the sample of recent requests that the edge keeps for each zone (waf.record) and shows what would newly be blocked: by rule, and by who asked. Requests whose body was not kept are judged without it. Exits with 3 if a verified bot, a feed reader or a visitor who passed a challenge would newly be blocked.",
  arguments: [
    {
      name: "rules",
      optional: true,
      multiple: true,
      summary: "crs, own, auto, or files and folders of rules; else the zone's.",
    },
  ],
  options: {
    log: {
      type: "string",
      value: "file",
      multiple: true,
      summary:
        "Recorded requests, files or folders; else the samples in the state directory. May be repeated.",
    },
    ...OPTIONS,
    examples: {
      type: "string",
      value: "number",
      summary: "Examples to show for each kind of visitor; else 5.",
    },
    json: { type: "boolean", summary: "As JSON, with every request that would newly be blocked." },
  },
  examples: [
    [
      "egide rules backtest --zone example.org --paranoia 2",
      "What the next paranoia level would block.",
    ],
    ["egide rules backtest my-rules/ --log samples/example.org.0.jsonl", "Rules of one's own."],
  ],
  run: runBacktest,
};

/** Somebody known to be good would be turned away. */
const HURTS = 3;

const NAMES: Readonly<Record<Visitor, string>> = {
  verifiedBot: "verified bots",
  feedReader: "feed readers",
  passedChallenge: "visitors who had passed a challenge",
  unknown: "others",
};

function runBacktest(input: Input, shell: Shell): number {
  const { options, args } = input;
  const context = contextOf(input, shell, args);
  if (context === null) return 1;
  const engine = engineOf(input, context, null, shell);
  if (engine === null) return 1;
  const logs = texts(options, "log").map((path) => resolve(shell.cwd, path));
  const samples = join(context.state, "samples");
  const paths = logs.length > 0 ? logs : [samples];
  // Where nothing was ever sampled there is no folder either.
  const none = logs.length === 0 && !existsSync(samples);
  const { records, unreadable } = readRecorded(none ? [] : paths, context.zone);
  if (records.length === 0) {
    const whose = context.zone === null ? "" : ` of zone ${context.zone}`;
    shell.err(`no recorded requests${whose} in ${paths.join(", ")}: does waf.record keep any?\n`);
    return 1;
  }
  const result = backtest(engine, records);
  const known = VISITORS.filter((visitor) => visitor !== "unknown");
  const code = known.some((visitor) => result.byVisitor[visitor].newly > 0) ? HURTS : 0;
  if (flag(options, "json")) {
    const { newly, noLonger, ...counts } = result;
    const told = {
      ...counts,
      unreadable,
      newly: newly.map(flat),
      noLonger: noLonger.map(({ requestId }) => requestId),
    };
    shell.out(`${JSON.stringify(told)}\n`);
    return code;
  }
  const most = Number(text(options, "examples") ?? "5");
  print(result, { label: context.sources.label, unreadable, most }, shell);
  return code;
}

function flat({ record, score, matches }: Difference): Readonly<Record<string, unknown>> {
  return {
    requestId: record.requestId,
    time: record.time,
    visitor: record.visitor,
    method: record.method,
    target: utf8(record.target),
    status: record.status,
    score,
    matches: matches.map(({ ruleId, message, variable, excerpt }) => ({
      id: ruleId,
      message: utf8(message),
      variable: utf8(variable),
      excerpt: utf8(excerpt),
    })),
  };
}

interface Frame {
  readonly label: string;
  readonly unreadable: number;
  readonly most: number;
}

function print(result: BacktestResult, { label, unreadable, most }: Frame, shell: Shell): void {
  const paint = paintFor(shell.isTerminal, shell.env);
  const { requests, withoutBody, newly, noLonger, same, unfinished, byVisitor, byRule } = result;
  shell.out(`${requests} recorded requests against ${label}\n`);
  if (withoutBody > 0)
    shell.out(`  ${withoutBody} of them without their body, which was not kept\n`);
  if (unreadable > 0) shell.out(`  ${unreadable} lines could not be read\n`);
  if (unfinished > 0)
    shell.out(paint.red(`  ${unfinished} could not be judged within their bounds\n`));
  const share = ((100 * newly.length) / requests).toFixed(2);
  shell.out(`\n${paint.bold(`${newly.length} would newly be blocked (${share} %)`)}, `);
  shell.out(`${same} were found then as now, ${noLonger.length} no longer\n`);
  for (const visitor of VISITORS) {
    const { requests: all, newly: hit } = byVisitor[visitor];
    const line = `  ${String(hit).padStart(6)} of ${String(all).padStart(6)}  ${NAMES[visitor]}`;
    shell.out(`${hit > 0 && visitor !== "unknown" ? paint.red(line) : line}\n`);
  }
  if (byRule.length > 0) shell.out("\nBy rule\n");
  for (const { id, message, requests: count } of byRule.slice(0, 20)) {
    shell.out(`  ${String(count).padStart(6)}  ${id}  ${utf8(message)}\n`);
  }
  for (const visitor of VISITORS) {
    const some = newly.filter(({ record }) => record.visitor === visitor).slice(0, most);
    if (some.length > 0) shell.out(`\nExamples: ${NAMES[visitor]}\n`);
    for (const { record, score, matches } of some) {
      const target = utf8(record.target).slice(0, 120);
      shell.out(
        `  ${record.time}  ${record.method} ${target}  score ${score}  ${record.requestId}\n`,
      );
      for (const { ruleId, variable, excerpt } of matches.slice(0, 3)) {
        const saw = JSON.stringify(utf8(excerpt).slice(0, 100));
        shell.out(`      ${ruleId}  ${utf8(variable)}  ${paint.dim(saw)}\n`);
      }
    }
  }
}
