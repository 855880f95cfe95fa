import { expect, test } from "bun:test";
import { alarm, type Load, surges, type Usual } from "#mitigate/alarm.ts";

const USUAL: Usual = {
  rate: 20,
  peak: 40,
  served: 100,
  work: 400,
  latency: 20,
  inFlight: 2,
  seconds: 600,
};
const LOAD: Load = {
  rate: 20,
  served: 100,
  work: 400,
  latency: 20,
  errors: 0,
  answers: 20,
  inFlight: 2,
  lately: 20,
};

test.each([
  ["an ordinary second", {}, "none"],
  ["a busy one", { rate: 70, served: 300 }, "none"],
  ["much more than the busiest", { rate: 90 }, "flood"],
  ["more than the busiest, second after second", { rate: 60, lately: 55 }, "swell"],
  ["a burst that is over", { lately: 55 }, "none"],
  ["slow, and more work", { latency: 200, work: 4000 }, "stress"],
  ["slow by itself, with no more work than usual", { latency: 200 }, "none"],
  ["failing, and more requests", { rate: 60, errors: 0.5 }, "stress"],
  ["failing by itself", { errors: 0.5 }, "none"],
  ["full, and more requests", { rate: 60, inFlight: 300 }, "stress"],
  ["far more from the cache", { served: 5000 }, "volume"],
] as const)("%s", (_name, change, expected) => {
  expect(alarm({ ...LOAD, ...change }, USUAL, "medium")).toBe(expected);
});

test("sensitivity moves the bounds", () => {
  const load = { ...LOAD, rate: 70 };
  expect(alarm(load, USUAL, "high")).toBe("flood");
  expect(alarm({ ...LOAD, rate: 150 }, USUAL, "low")).toBe("none");
});

test("writing to one place", () => {
  expect(surges(9, 0, "medium")).toBe(false);
  expect(surges(11, 0, "medium")).toBe(true);
  expect(surges(11, 2, "medium")).toBe(false);
  expect(surges(17, 2, "medium")).toBe(true);
});
