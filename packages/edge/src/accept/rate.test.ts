import { expect, test } from "bun:test";
import { RateWindow } from "#accept/rate.ts";

/** Seconds until a peer that moves `step` bytes every `every` seconds is too slow; 3600: not at all. */
function lasts(step: number, every: number): number {
  const rate = new RateWindow();
  let total = 0;
  for (let second = 0; second < 3600; second++) {
    if (second % every === 1 % every) total += step;
    if (rate.tooSlow(second * 1000, total, true, 240, 20_000)) return second;
  }
  return 3600;
}

test("a steady peer at the minimum lasts, one below it does not", () => {
  expect(lasts(240, 1)).toBe(3600);
  expect(lasts(2400, 10)).toBe(3600);
  expect(lasts(120, 1)).toBeLessThan(60);
  expect(lasts(0, 1)).toBe(20);
});

test("a peer that moves in large steps is not judged between two of them", () => {
  expect(lasts(262_144, 50)).toBe(3600);
});

test("one large step buys no more than three windows", () => {
  const rate = new RateWindow();
  expect(rate.tooSlow(0, 0, true, 240, 20_000)).toBe(false);
  expect(rate.tooSlow(1000, 50_000_000, true, 240, 20_000)).toBe(false);
  expect(rate.tooSlow(60_000, 50_000_000, true, 240, 20_000)).toBe(false);
  expect(rate.tooSlow(61_000, 50_000_000, true, 240, 20_000)).toBe(true);
});

test("time in which nothing was waited for does not count", () => {
  const rate = new RateWindow();
  expect(rate.tooSlow(0, 0, true, 240, 20_000)).toBe(false);
  expect(rate.tooSlow(19_000, 0, false, 240, 20_000)).toBe(false);
  expect(rate.tooSlow(100_000, 0, true, 240, 20_000)).toBe(false);
  expect(rate.tooSlow(119_000, 0, true, 240, 20_000)).toBe(false);
  expect(rate.tooSlow(120_000, 0, true, 240, 20_000)).toBe(true);
});
