import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Case } from "./crs/case.ts";
import { loadRules } from "./crs/rules.ts";
import { runStage } from "./crs/stage.ts";
import { ownRuleSet } from "./false-positives.ts";

/** Files of the Core Rule Set that are about attacks; the others enforce the protocol, or look at responses. */
const ATTACKS = /^(?:9[34]\d)\d{3}$/;

/** Our own rules that refuse a request: for its head, or for its body. */
const VERDICTS = [5_009_003, 5_009_013];

/**
 * How many of the requests by which the Core Rule Set tests its own rules of paranoia level 1 our own
 * rules would refuse: `yardstick --crs DIR --cases FILE.jsonl [--missed] [--all]`. `--all`: those about
 * the protocol as well. A yardstick, no suite: many of them hold one word of a rule and are no attack.
 */
export function run(args: readonly string[]): number {
  const { values } = parseArgs({
    args: [...args],
    options: {
      crs: { type: "string" },
      cases: { type: "string" },
      missed: { type: "boolean", default: false },
      all: { type: "boolean", default: false },
    },
  });
  if (values.crs === undefined || values.cases === undefined) {
    console.error("usage: yardstick --crs DIR --cases FILE.jsonl [--missed] [--all]");
    return 2;
  }
  const own = ownRuleSet();
  const first = firstLevel(values.crs);
  const families = new Map<string, { seen: number; refused: number }>();
  for (const line of readFileSync(values.cases, "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const one = JSON.parse(line) as Case;
    for (const { input, output } of one.stages) {
      const ids = (output.log?.expect_ids ?? []).filter(
        (id) => first.has(id) && (values.all || ATTACKS.test(String(id))) && id < 950_000,
      );
      if (ids.length === 0) continue;
      const { ids: found } = runStage(own, input);
      const refused = VERDICTS.some((id) => found.has(id));
      const family = String(ids[0]).slice(0, 3);
      const entry = families.get(family) ?? { seen: 0, refused: 0 };
      families.set(family, { seen: entry.seen + 1, refused: entry.refused + (refused ? 1 : 0) });
      if (!refused && values.missed) console.log(`missed ${one.rule_id}-${one.test_id}`);
    }
  }
  let seen = 0;
  let refused = 0;
  for (const [family, entry] of families) {
    console.log(`${family}: ${entry.refused} of ${entry.seen}`);
    seen += entry.seen;
    refused += entry.refused;
  }
  console.log(`${refused} of ${seen} refused (${Math.round((refused / seen) * 100)} %)`);
  return 0;
}

/** The rules of paranoia level 1. */
function firstLevel(directory: string): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const rule of loadRules(directory, undefined, true).rules.values()) {
    if (rule.tags.some(({ source }) => source === "paranoia-level/1")) ids.add(rule.id);
  }
  return ids;
}
