import { describe, expect, test } from "bun:test";
import { casesOf, runSuite } from "./suite.ts";

/* `npm run conformance` runs the same cases and names each; here they guard every change. */

describe("conformance", () => {
  test("there are enough cases, each with a name of its own", () => {
    const exactness = casesOf("exactness").map(({ id }) => id);
    const origin = casesOf("origin").map(({ id }) => id);
    expect(exactness.length).toBeGreaterThanOrEqual(800);
    expect(exactness.filter((id) => /^(h2|frame)\//.test(id)).length).toBeGreaterThanOrEqual(250);
    expect(origin.length).toBeGreaterThanOrEqual(100);
    expect(new Set([...exactness, ...origin]).size).toBe(exactness.length + origin.length);
  });

  test.each([["exactness"], ["origin"]] as const)(
    "%s: every case holds",
    async (suite) => {
      const results = await runSuite(suite, "egide", "", () => {});
      const failed = results.filter(({ complaints }) => complaints.length > 0);
      expect(failed.map(({ id, complaints }) => `${id}: ${complaints.join("; ")}`)).toEqual([]);
      expect(results.length).toBe(casesOf(suite).length);
    },
    180_000,
  );
});
