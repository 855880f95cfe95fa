import { seeded } from "@egide/std/random.ts";
import type { Case } from "./case.ts";
import { readRequest } from "./front.ts";
import { disagreements } from "./opinion/compare.ts";
import { askCoraza } from "./opinion/coraza.ts";
import { carry, payloadsOf, type Shown, twist } from "./opinion/variant.ts";
import { rawRequest } from "./request.ts";
import { loadRules, ruleFiles } from "./rules.ts";
import { showRequest } from "./stage.ts";

interface OpinionOptions {
  readonly rules: string;
  readonly setup: string | undefined;
  readonly cases: readonly Case[];
  readonly seed: number;
  readonly variants: number;
}

/**
 * Asks a second engine about requests that nobody wrote an expectation for. The exit code is 1 where
 * the two disagree about a rule without a known reason.
 */
export async function runOpinion(options: OpinionOptions): Promise<number> {
  const { rules, setup, cases, seed, variants } = options;
  const requests = requestsFrom(cases, seed, variants);
  const theirs = await askCoraza(ruleFiles(rules, setup), rules, requests);
  if (theirs === null) {
    console.log("left out: install Go (golang), so that Coraza can be built");
    return 2;
  }
  const engine = loadRules(rules, setup, true);
  const ours = requests.map((request) => {
    const line = `${request.method} ${request.target} ${request.protocol}`;
    const { ids, fault } = showRequest(engine, request, line);
    if (fault !== undefined) throw new Error(`the engine failed on ${line}: ${fault}`);
    return ids;
  });
  // Ours tells of rules that log alone; so does what is compared of the other's.
  const told = new Set([...engine.rules.values()].filter(({ log }) => log).map(({ id }) => id));
  const { same, found } = disagreements(requests, ours, theirs, told);
  let unexplained = 0;
  for (const { rule, side, why, count, example } of found) {
    console.log(`${rule} ${side}: ${count}${why === undefined ? "" : ` (${why})`}`);
    if (why !== undefined) continue;
    unexplained += count;
    console.log(`    ${JSON.stringify(example).slice(0, 1000)}`);
  }
  console.log(
    `${requests.length} requests, the same rules for ${same}; ${unexplained} disagreements without a reason`,
  );
  return unexplained === 0 ? 0 : 1;
}

/** The cases' own well-formed requests, then variants of them. */
function requestsFrom(cases: readonly Case[], seed: number, variants: number): readonly Shown[] {
  const random = seeded(seed);
  const own = cases
    .flatMap(({ stages }) => stages.map(({ input }) => readRequest(rawRequest(input))))
    .filter(({ refused, incomplete }) => !refused && !incomplete);
  const payloads = own.map(payloadsOf).filter(({ length }) => length > 0);
  const made = Array.from({ length: variants }, (_, index) => {
    const among = payloads[index % payloads.length] as readonly string[];
    const payload = among[Math.floor(random() * among.length)] as string;
    return carry(twist(payload, random), random);
  });
  return [...own, ...made];
}
