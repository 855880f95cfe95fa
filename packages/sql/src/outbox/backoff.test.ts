import { expect, test } from "bun:test";
import { backoff } from "#outbox/backoff.ts";

test("waits twice as long each time, an hour at most, spread by a quarter to both sides", () => {
  expect([1, 2, 3, 4].map((attempts) => backoff(attempts, 0.5))).toEqual([1000, 2000, 4000, 8000]);
  expect(backoff(50, 0.5)).toBe(3_600_000);
  expect([backoff(1, 0), backoff(1, 1)]).toEqual([750, 1250]);
});
