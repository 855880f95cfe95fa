/**
 * Runs the fuzz targets for a while: `npm run fuzz -- [NAME…] [--seconds 60] [--seed N] [--rules DIR]`.
 * With --rules the plan is also held against plain evaluation on the rule files of that folder.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkOne, checkText } from "@egide/expr/testing/fuzz.ts";
import { Random } from "@egide/waf/fuzz/inputs.ts";
import { differential, type FuzzTarget, ownTargets } from "@egide/waf/fuzz/targets.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    rules: { type: "string" },
  },
});

const targets: Record<string, FuzzTarget> = {
  ...ownTargets(),
  "expr-model": (random) => checkOne((most) => random.below(Math.max(1, most))),
  "expr-text": (random) => checkText((most) => random.below(Math.max(1, most))),
};
if (values.rules !== undefined) targets["rules"] = differential(...ruleFiles(values.rules));

let failed = false;
for (const [name, target] of Object.entries(targets)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const random = new Random(Number(values.seed));
  const end = performance.now() + Number(values.seconds) * 1000;
  let rounds = 0;
  let problem: string | undefined;
  for (; performance.now() < end && problem === undefined; rounds++) problem = target(random);
  console.log(
    `${name}: ${rounds} rounds, seed ${values.seed}, ${problem === undefined ? "sound" : "FAILED"}`,
  );
  if (problem === undefined) continue;
  console.log(problem);
  failed = true;
}
process.exit(failed ? 1 : 0);

function ruleFiles(directory: string): Parameters<typeof differential> {
  const read = (name: string): { name: string; text: string } => ({
    name,
    text: readFileSync(join(directory, name), "latin1"),
  });
  const names = readdirSync(directory).sort();
  const setup = {
    name: "setup",
    text: 'SecRuleEngine DetectionOnly\nSecResponseBodyAccess On\nSecAction "id:900005,phase:1,pass,nolog,setvar:tx.crs_setup_version=4000"',
  };
  return [
    [setup, ...names.filter((name) => name.endsWith(".conf")).map(read)],
    names.filter((name) => name.endsWith(".data")).map(read),
  ];
}
