import { expect, test } from "bun:test";
import { dayMisses, dayTable, type EventFigures } from "#drill/day/figures.ts";
import type { Fared } from "#drill/measure.ts";

const fine: Fared = { requests: 1000, served: 1, challenged: 0, blocked: 0, p50: 1, p99: 5 };
const event = (came: Partial<Fared>, others: Partial<Fared> = {}): EventFigures => ({
  name: "office",
  came: { ...fine, ...came },
  others: { ...fine, ...others },
  before: fine,
  done: ["mitigation m-1 begins: …", "mitigation m-1 ends: …"],
  withdrawn: 0,
  cpu: 1,
});

test("nobody may be blocked, and next to nobody challenged", () => {
  expect(dayMisses([event({})])).toEqual([]);
  expect(dayMisses([event({ challenged: 0.001 })])).toEqual([]);
  expect(dayMisses([event({ challenged: 0.005 })])).toHaveLength(1);
  expect(dayMisses([event({ blocked: 0.001 })])).toHaveLength(1);
  expect(dayMisses([event({}, { blocked: 0.001 })])).toHaveLength(1);
  expect(dayMisses([event({ served: 0.99 })])).toHaveLength(1);
  expect(dayMisses([event({ requests: 0 })])).toContain("office: nobody came");
});

test("the table counts the rules that were made", () => {
  expect(dayTable([event({})]).split("\n")[2]).toMatch(
    /^\| office +\| 1000 +\|.*\| 1 +\| 1\.0 +\|$/,
  );
});
