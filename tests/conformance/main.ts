/**
 * Runs the conformance cases against a proxy and says what it gets wrong.
 *
 *   npm run conformance -- [exactness|origin|all] [--target egide|nginx|haproxy] [--only PREFIX] [--verbose]
 *   npm run conformance -- crs [--socket|--opinion] --rules DIR --cases FILE.jsonl [--cases FILE.jsonl …]
 *   npm run conformance -- false-positives --rules DIR|own [--count 10000] [--paranoia 1] [--verbose]
 *   npm run conformance -- yardstick --crs DIR --cases FILE.jsonl [--all] [--missed]
 *   npm run conformance -- http-cache
 */
import { parseArgs } from "node:util";
import { run as runCrs } from "./crs.ts";
import { run as runFalsePositives } from "./false-positives.ts";
import { run as runHttpCache } from "./http-cache.ts";
import { run as runYardstick } from "./yardstick.ts";
import { runSuite, type SuiteName } from "./suite.ts";
import type { TargetName } from "./target/target.ts";

// The rule engine's suite has options of its own.
if (process.argv[2] === "crs") process.exit(await runCrs(process.argv.slice(3)));
if (process.argv[2] === "false-positives") process.exit(runFalsePositives(process.argv.slice(3)));
if (process.argv[2] === "yardstick") process.exit(runYardstick(process.argv.slice(3)));
// mnot's tests bring an origin and a client of their own.
if (process.argv[2] === "http-cache") process.exit((await runHttpCache()) ? 0 : 1);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: "string", default: "egide" },
    only: { type: "string", default: "" },
    verbose: { type: "boolean", default: false },
  },
});
const [asked = "all"] = positionals;
const suites: SuiteName[] = asked === "all" ? ["exactness", "origin"] : [asked as SuiteName];
if (
  !["egide", "nginx", "haproxy"].includes(values.target) ||
  !/^(all|exactness|origin)$/.test(asked)
) {
  console.error("usage: conformance [exactness|origin|all] [--target egide|nginx|haproxy]");
  process.exit(2);
}

let failed = 0;
for (const suite of suites) {
  const results = await runSuite(suite, values.target as TargetName, values.only, (result) => {
    if (result.complaints.length > 0) {
      console.log(`✗ ${result.id}: ${result.complaints.join("; ").slice(0, 400)}`);
      if (values.verbose) console.log(`    ${result.about}`);
    } else if (values.verbose) console.log(`✓ ${result.id}`);
  });
  const wrong = results.filter(({ complaints }) => complaints.length > 0).length;
  console.log(
    `${suite} against ${values.target}: ${results.length - wrong} passed, ${wrong} failed`,
  );
  failed += wrong;
}
process.exit(failed === 0 ? 0 : 1);
