import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runHostile } from "./crs/hostile.ts";
import { judge } from "./crs/judge.ts";
import { loadRules } from "./crs/rules.ts";
import { runStage } from "./crs/stage.ts";
import type { Case } from "./crs/case.ts";

/**
 * The Core Rule Set's own cases, at the engine: `crs --rules DIR --cases FILE.jsonl [--cases …]`.
 * Options: `--setup FILE` (else crs-setup.conf is looked for in DIR and beside it), `--only ID`,
 * `--plain` (without the plan's prefilter), `--quiet`; `--hostile` instead of cases: what the worst
 * values cost each pattern and a whole request.
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
    },
  });
  if (values.rules !== undefined && values.hostile === true) {
    return runHostile(loadRules(values.rules, values.setup, true)) === 0 ? 0 : 1;
  }
  if (values.rules === undefined || values.cases === undefined) {
    console.error("usage: crs --rules DIR --cases FILE.jsonl [--cases FILE.jsonl …]");
    return 2;
  }
  const rules = loadRules(values.rules, values.setup, values.plain !== true);
  let passed = 0;
  let failed = 0;
  for (const file of values.cases) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const one = JSON.parse(line) as Case;
      if (values.only !== undefined && `${one.rule_id}` !== values.only) continue;
      const problem = runCase(rules, one);
      if (problem === undefined) passed++;
      else {
        failed++;
        if (values.quiet !== true) console.log(`FAIL ${one.rule_id}-${one.test_id}: ${problem}`);
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

function runCase(rules: ReturnType<typeof loadRules>, one: Case): string | undefined {
  for (const [index, stage] of one.stages.entries()) {
    const problem = judge(stage.output, runStage(rules, stage.input));
    if (problem !== undefined)
      return one.stages.length > 1 ? `stage ${index + 1}: ${problem}` : problem;
  }
  return undefined;
}
