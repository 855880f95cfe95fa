import { expect, test } from "bun:test";
import { fared, timeToMitigate } from "#drill/measure.ts";
import type { Outcome, Shot } from "#drill/outcome.ts";

function shots(from: number, to: number, every: number, outcome: Outcome): Shot[] {
  return Array.from({ length: Math.floor((to - from) / every) }, (_, i) => ({
    at: from + i * every,
    ms: 5,
    outcome,
  }));
}

test("from the first request until no more than one in a hundred gets through", () => {
  const attack = [...shots(1000, 1400, 1, "served"), ...shots(1400, 9000, 1, "challenged")];
  expect(timeToMitigate(attack, 1000, 9000, 1000)).toBe(400);
});

test("one in a hundred still counts as mitigated, two do not", () => {
  const held = shots(1000, 9000, 1, "refused");
  expect(timeToMitigate([...held, ...shots(1000, 9000, 100, "served")], 1000, 9000, 1000)).toBe(0);
  expect(
    timeToMitigate([...held, ...shots(1000, 9000, 50, "served")], 1000, 9000, 1000),
  ).toBeNull();
});

test("a lull is no mitigation unless it lasts a second", () => {
  const attack = [...shots(0, 500, 1, "served"), ...shots(1400, 5000, 1, "served")];
  expect(timeToMitigate(attack, 0, 5000, 1000)).toBeNull();
});

test("errors of the site count as reached: the attack had its way", () => {
  expect(timeToMitigate(shots(0, 5000, 1, "failed"), 0, 5000, 1000)).toBeNull();
  expect(timeToMitigate(shots(0, 5000, 1, "lost"), 0, 5000, 1000)).toBe(0);
});

test("how people fared", () => {
  const people = [...shots(0, 990, 10, "served"), ...shots(990, 1000, 10, "refused")];
  expect(fared(people, 0, 1000)).toEqual({
    requests: 100,
    served: 0.99,
    challenged: 0,
    blocked: 0.01,
    p50: 5,
    p99: 5,
  });
  expect(fared(people, 2000, 3000).served).toBe(1);
});
