import { expect, test } from "bun:test";
import { systemClock } from "@egide/std/clock.ts";
import { gather } from "#wire/transport/gather.ts";
import { turnClock } from "#wire/turn-clock.ts";

test("time stands still in a callback, and only there", () => {
  const clock = turnClock(systemClock);
  gather.enter();
  const first = clock.monotonic();
  const wall = clock.now();
  for (const end = performance.now() + 2; performance.now() < end; );
  expect(clock.monotonic()).toBe(first);
  expect(clock.now()).toBe(wall);
  gather.leave();
  expect(clock.monotonic()).toBeGreaterThanOrEqual(first + 2);
});

test("follows a wall clock that is set, within a second", () => {
  let shift = 0;
  const clock = turnClock({ ...systemClock, now: () => Date.now() + shift });
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50);
  shift = 3_600_000;
  const end = performance.now() + 300;
  while (performance.now() < end);
  expect(clock.now() - Date.now()).toBeGreaterThan(3_500_000);
});
