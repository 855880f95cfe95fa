import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runHostile } from "./crs/hostile.ts";
import { judge } from "./crs/judge.ts";
import { runOpinion } from "./crs/opinion.ts";
import { loadRules } from "./crs/rules.ts";
import { runSocket } from "./crs/socket.ts";
import { runStage } from "./crs/stage.ts";
import type { Case } from "./crs/case.ts";

/**
 * The Core Rule Set's own cases, at the engine: `crs --rules DIR --cases FILE.jsonl [--cases …]`.
 * Options: `--setup FILE` (else crs-setup.conf is looked for in DIR and beside it), `--only ID`,
 * `--plain` (without the plan's prefilter), `--quiet`; `--hostile` instead of cases: what the worst
 * values cost each pattern and a whole request. `--socket`: through a running edge, whose request log
 * says which rules matched. `--opinion`: Coraza is asked about the cases' requests and `--variants`
 * (12,000) others with the same payloads, made from `--seed`; where Go is installed.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rules: { type: "string" },
      cases: { type: "string", multiple: true },
      setup: { type: "string" },
      only: { type: "string" },
      plain: { type: "boolean" },
      quiet: { type: "boolean" },
      hostile: { type: "boolean" },
      socket: { type: "boolean" },
      opinion: { type: "boolean" },
      variants: { type: "string", default: "12000" },
      seed: { type: "string", default: "1" },
    },
  });
  if (values.rules !== undefined && values.hostile === true) {
    return runHostile(loadRules(values.rules, values.setup, true)) === 0 ? 0 : 1;
  }
  if (values.rules === undefined || values.cases === undefined) {
    console.error("usage: crs --rules DIR --cases FILE.jsonl [--cases FILE.jsonl …]");
    return 2;
  }
  const cases = values.cases
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Case)
    .filter((one) => values.only === undefined || `${one.rule_id}` === values.only);
  const tell = (one: Case, problem: string): void => {
    if (values.quiet !== true) console.log(`FAIL ${one.rule_id}-${one.test_id}: ${problem}`);
  };
  const { rules: folder, setup } = values;
  if (values.opinion === true) {
    const { rules, setup } = values;
    return runOpinion({ rules, setup, cases, seed: +values.seed, variants: +values.variants });
  }
  const { passed, failed } =
    values.socket === true
      ? await runSocket({ rules: folder, setup, cases, failed: tell })
      : runEngine(loadRules(folder, setup, values.plain !== true), cases, tell);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function runEngine(
  rules: ReturnType<typeof loadRules>,
  cases: readonly Case[],
  tell: (one: Case, problem: string) => void,
): { passed: number; failed: number } {
  let failed = 0;
  for (const one of cases) {
    const problem = runCase(rules, one);
    if (problem === undefined) continue;
    failed++;
    tell(one, problem);
  }
  return { passed: cases.length - failed, failed };
}

function runCase(rules: ReturnType<typeof loadRules>, one: Case): string | undefined {
  for (const [index, stage] of one.stages.entries()) {
    const problem = judge(stage.output, runStage(rules, stage.input));
    if (problem !== undefined)
      return one.stages.length > 1 ? `stage ${index + 1}: ${problem}` : problem;
  }
  return undefined;
}
