import { expect, test } from "bun:test";
import { seeded } from "#random.ts";

const take = (seed: number, count: number): number[] => {
  const random = seeded(seed);
  return Array.from({ length: count }, random);
};

test("the same seed gives the same numbers, another gives others", () => {
  expect(take(1, 100)).toEqual(take(1, 100));
  expect(take(1, 100)).not.toEqual(take(2, 100));
});

test("they are spread evenly from 0 to 1", () => {
  const numbers = take(7, 10_000);
  expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = numbers.filter((n) => Math.floor(n * 10) === tenth).length / numbers.length;
    expect(share).toBeGreaterThan(0.08);
    expect(share).toBeLessThan(0.12);
  }
});
