import { expect, test } from "bun:test";
import { systemClock } from "@egide/std/clock.ts";
import { gather } from "#wire/transport/gather.ts";
import { turnClock } from "#wire/turn-clock.ts";

test("time stands still in a callback, and only there", () => {
  const clock = turnClock(systemClock);
  gather.enter();
  const first = clock.monotonic();
  const wall = clock.now();
  expect(clock.monotonic()).toBe(first);
  expect(clock.now()).toBe(wall);
  gather.leave();
  expect(clock.monotonic()).toBeGreaterThan(first);
});

test("follows a wall clock that is set", () => {
  let shift = 0;
  const clock = turnClock({ ...systemClock, now: () => Date.now() + shift }, 0);
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(50);
  shift = 3_600_000;
  expect(clock.now() - Date.now()).toBeGreaterThan(3_500_000);
});
