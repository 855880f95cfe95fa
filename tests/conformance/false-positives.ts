import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { orderRuleFiles } from "@egide/waf/order.ts";
import { loadRuleSet, type RuleFile, type RuleSet } from "@egide/waf/rule-set.ts";
import { ownRules } from "@egide/waf-rules/own.ts";
import { countFalsePositives } from "./ordinary/count.ts";

/** The series that the recorded figures are about. */
export const SEED = 2026;
export const COUNT = 10_000;

/** How bodies are read: what stands before every rule set. */
const before: RuleFile = {
  name: "before.conf",
  text: String.raw`
SecRequestBodyAccess On
SecRequestBodyLimit 13107200
SecRule REQUEST_HEADERS:Content-Type "@rx ^(?:application(?:/soap\+|/)|text/)xml" "id:1,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"
SecRule REQUEST_HEADERS:Content-Type "@rx ^application/(?:[a-z0-9.-]+\+)?json" "id:2,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
`,
};

export function ownRuleSet(): RuleSet {
  return loadRuleSet([before, ...ownRules]);
}

/**
 * How many ordinary requests a rule set takes for attacks:
 * `false-positives --rules DIR|own [--count 10000] [--seed 2026] [--paranoia 1] [--verbose]`.
 */
export function run(args: readonly string[]): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rules: { type: "string" },
      count: { type: "string", default: String(COUNT) },
      seed: { type: "string", default: String(SEED) },
      paranoia: { type: "string", default: "1" },
      verbose: { type: "boolean", default: false },
    },
  });
  if (values.rules === undefined) {
    console.error("usage: false-positives --rules DIR|own [--count N] [--seed N] [--paranoia 1]");
    return 2;
  }
  const rules = values.rules === "own" ? ownRuleSet() : loadFolder(values.rules);
  const result = countFalsePositives(rules, {
    count: Number(values.count),
    seed: Number(values.seed),
    paranoia: Number(values.paranoia),
    onMatch(request, outcome) {
      if (!values.verbose) return;
      for (const { ruleId, variable, excerpt, data } of outcome.matches) {
        console.log(
          `${request.kind} ${ruleId} ${variable} ${JSON.stringify(data.slice(0, 120))} ${JSON.stringify(excerpt.slice(0, 200))}`,
        );
      }
    },
  });
  for (const [id, count, message] of result.rules) {
    console.log(`${String(count).padStart(6)}  ${id}  ${message}`);
  }
  console.log(
    `${result.count} ordinary requests: ${result.matched} matched by a rule, ${result.blocked} would be blocked`,
  );
  return 0;
}

function loadFolder(directory: string): RuleSet {
  const read = (path: string): RuleFile => ({ name: path, text: readFileSync(path, "latin1") });
  const names = readdirSync(directory).sort();
  const setup = [directory, dirname(directory)]
    .flatMap((place) =>
      ["crs-setup.conf", "crs-setup.conf.example"].map((name) => join(place, name)),
    )
    .find((path) => existsSync(path));
  const rules = names.filter((name) => name.endsWith(".conf") && !name.startsWith("crs-setup"));
  const files = [
    ...(setup === undefined ? [] : [setup]),
    ...rules.map((name) => join(directory, name)),
  ];
  const data = names
    .filter((name) => name.endsWith(".data"))
    .map((name) => read(join(directory, name)));
  return loadRuleSet([before, ...orderRuleFiles(files.map(read))], { data });
}
