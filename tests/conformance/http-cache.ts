import { EdgeProcess } from "@egide/testkit/edge-process.ts";
import { rawFetch } from "./http-cache/client.ts";
import { loadSuite, type Package, type Test } from "./http-cache/suite.ts";

/**
 * Tests of the package that RFC 9111 as published overtook: its section 5.1 has the first member of
 * Age count and invalid values ignored, where the drafts took all of these for stale; and the suite
 * has since given up waiting for an answer from an origin that hung up.
 */
const OUTDATED = new Set([
  "age-parse-nonnumeric",
  "age-parse-negative",
  "age-parse-float",
  "age-parse-prefix-twoline",
  "age-parse-dup-0",
  "age-parse-dup-0-twoline",
  "age-parse-dup-old",
  "age-parse-parameter",
  "age-parse-numeric-parameter",
  "stale-close-must-revalidate",
  "stale-close-proxy-revalidate",
  "stale-close-no-cache",
  "stale-close-s-maxage=2",
]);

type Results = Record<string, true | [string, string]>;

/** Runs mnot's cache tests against the running edge and prints what failed; true where the goals are met. */
export async function run(): Promise<boolean> {
  const suite = await loadSuite();
  const origin = await suite.origin();
  let results: Results;
  try {
    // The suite wants Set-Cookie stored as any other field, which is not how a zone starts out.
    const zone = { cache: { setCookie: "store" } };
    const edge = await EdgeProcess.start({ originPort: origin.port, zone });
    try {
      results = await suite.run(`http://127.0.0.1:${edge.http}`, rawFetch);
    } finally {
      await edge.stop();
    }
  } finally {
    origin.child.kill();
  }
  return report(suite, results);
}

function report(suite: Package, results: Results): boolean {
  const tests = suite.suites.flatMap((set) => set.tests).filter((test) => !test.browser_only);
  const byId = new Map(tests.map((test) => [test.id, test]));
  const passed = (test: Test): boolean =>
    results[test.id] === true &&
    (test.depends_on ?? []).every((id) => {
      const dependency = byId.get(id);
      return dependency === undefined || dependency.kind === "check" || passed(dependency);
    });
  const count = (kind: string): { ok: number; all: number } => {
    const chosen = tests.filter((test) => (test.kind ?? "required") === kind);
    const counted = chosen.filter((test) => !OUTDATED.has(test.id));
    for (const test of chosen) {
      if (passed(test) || kind === "check") continue;
      const why = results[test.id];
      const text =
        why === true ? "a test it depends on failed" : (why?.join(": ") ?? "did not run");
      const label = OUTDATED.has(test.id) ? "outdated" : kind;
      console.log(`  ${label} ${test.id}: ${text}`);
    }
    return { ok: counted.filter(passed).length, all: counted.length };
  };
  const required = count("required");
  const optimal = count("optimal");
  console.log(
    `http-cache: required ${required.ok}/${required.all}, optimal ${optimal.ok}/${optimal.all}`,
  );
  return required.all > 140 && required.ok === required.all && optimal.ok >= optimal.all * 0.9;
}
