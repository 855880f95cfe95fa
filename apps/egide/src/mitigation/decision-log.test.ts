import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mitigation } from "@egide/edge/mitigate/rule.ts";
import { DecisionLog, findDecision } from "#mitigation/decision-log.ts";

const state = mkdtempSync(join(tmpdir(), "egide-decisions-"));
afterAll(() => rmSync(state, { recursive: true }));

const evidence = {
  alarm: "flood",
  rate: 900,
  expected: 10,
  coverage: 0.99,
  collateral: 0,
  people: 0,
  machines: 1,
} as const;
const rule = (id: string, expression: string): Mitigation => ({
  id,
  zone: "z",
  expression,
  measure: "block",
  pace: 1,
  evidence,
  signature: [] as never,
  made: 0,
  expires: 0,
  hold: 0,
  rate: 0,
  stopped: 0,
});

test("the decision of a name is the last one before the refusal, and the file is bounded", () => {
  const log = new DecisionLog(state);
  log.add(rule("m-0001", "first"), 1000);
  log.add(rule("m-0001", "of a later process"), 5000);
  expect(findDecision(state, "z", "m-0001", 900)).toBeNull();
  expect(findDecision(state, "z", "m-0001", 4000)?.expression).toBe("first");
  expect(findDecision(state, "z", "m-0001", 5000)).toMatchObject({
    expression: "of a later process",
    figures: expect.stringContaining("900 requests a second, 10 to be expected"),
  });
  expect(findDecision(state, "other", "m-0001", 9000)).toBeNull();
  for (let i = 0; i < 2500; i++) log.add(rule(`m-${i}`, "x"), 6000 + i);
  const lines = readFileSync(join(state, "mitigations.jsonl"), "utf8").split("\n").length;
  expect(lines).toBeLessThan(2001);
  expect(findDecision(state, "z", "m-2499", 1e6)).not.toBeNull();
});
