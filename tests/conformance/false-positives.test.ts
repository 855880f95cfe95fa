import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "@egide/waf/fuzz/inputs.ts";
import { COUNT, ownRuleSet, SEED } from "./false-positives.ts";
import { countFalsePositives } from "./ordinary/count.ts";
import recorded from "./ordinary/figures.json" with { type: "json" };
import { ordinaryRequest } from "./ordinary/requests.ts";

test("the series is the same every time, of many kinds, and as requests are", () => {
  const series = (): string[] => {
    const random = new Random(SEED);
    return Array.from({ length: 200 }, (_, i) => JSON.stringify(ordinaryRequest(random, i)));
  };
  const made = series();
  expect(series()).toEqual(made);
  expect(new Set(made).size).toBe(200);
  const random = new Random(SEED);
  const kinds = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const { kind, target, headers, body } = ordinaryRequest(random, i);
    kinds.add(kind);
    expect(target).toMatch(/^\/[\x21-\x7e]*$/);
    for (const text of [...headers, body]) {
      expect(Buffer.from(text, "latin1").toString("latin1") === text).toBe(true);
    }
    if (headers[headers.indexOf("Content-Type") + 1] === "application/json") JSON.parse(body);
  }
  expect(kinds.size).toBeGreaterThan(20);
});

// A change that is meant to lower or raise a figure changes figures.json and docs/operations/figures.md.
test("our own rules take no more ordinary requests for attacks than the figures say", () => {
  const found = countFalsePositives(ownRuleSet(), { count: COUNT, seed: SEED, paranoia: 1 });
  const allowed: Readonly<Record<string, number>> = recorded["1"].rules;
  for (const [id, count] of found.rules) {
    expect([id, count <= (allowed[id] ?? 0)]).toEqual([id, true]);
  }
  expect(found.blocked).toBeLessThanOrEqual(recorded["1"].blocked);
  const page = readFileSync(join(import.meta.dir, "../../docs/operations/figures.md"), "utf8");
  expect(page).toContain(`${recorded["1"].blocked} of 10,000 ordinary requests`);
}, 120_000);
