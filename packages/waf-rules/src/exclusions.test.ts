import { expect, test } from "bun:test";
import { READY_EXCLUSIONS, wafExclusionSchema } from "@egide/contract/policy/waf.ts";
import { readyExclusions } from "#exclusions.ts";

test.each(READY_EXCLUSIONS.map((name) => [name] as const))(
  "the list for %s is made of exclusions, and none opens a whole site",
  (name) => {
    const list = readyExclusions(name);
    expect(list.length).toBeGreaterThan(5);
    for (const exclusion of list) {
      expect(wafExclusionSchema.parse(exclusion)).toEqual(exclusion);
      const { rules, tags, path, arguments: names, targets } = exclusion;
      // What holds on every path names rules or kinds of attacks; on a path, values or rules.
      expect(rules !== undefined || tags !== undefined || path !== undefined).toBe(true);
      expect(
        rules !== undefined || names !== undefined || targets !== undefined || tags !== undefined,
      ).toBe(true);
      if (names === undefined && targets === undefined && rules === undefined) {
        expect(tags).toEqual(["egide/body"]);
      }
    }
  },
);
