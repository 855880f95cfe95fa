import { describe, expect, test } from "bun:test";
import { Random } from "#fuzz/inputs.ts";
import { ownTargets, runRequest } from "#fuzz/targets.ts";
import { fuzzRules } from "#fuzz/rules.ts";
import { loadRuleSet } from "#rule-set.ts";
import { someRequest } from "#fuzz/inputs.ts";

const rounds: Readonly<Record<string, number>> = {
  parser: 150,
  bodies: 1500,
  prefilter: 800,
  sealed: 800,
};

describe("fuzz targets, a short run", () => {
  for (const [name, target] of Object.entries(ownTargets())) {
    test(name, () => {
      const random = new Random(0x5eed);
      let ran = 0;
      for (; ran < (rounds[name] ?? 0); ran++) expect(target(random)).toBeUndefined();
      expect(ran).toBeGreaterThan(0);
    }, 30_000);
  }

  test("the requests make most rules match, so that equality says something", () => {
    const rules = loadRuleSet([{ name: "fuzz.conf", text: fuzzRules }]);
    const random = new Random(7);
    const seen = new Set<number>();
    for (let i = 0; i < 1500; i++) {
      for (const match of runRequest(rules, someRequest(random)).matches) seen.add(match.ruleId);
    }
    expect(seen.size).toBeGreaterThanOrEqual(24);
  });
});
