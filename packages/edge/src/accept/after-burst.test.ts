import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { AfterBurst } from "#accept/after-burst.ts";

test("connections that have ended again are no reason to collect", () => {
  const clock = new FakeClock();
  let collected = 0;
  const after = new AfterBurst(
    clock,
    () => 10,
    () => collected++,
  );
  open(after, 5000);
  clock.advance(1000);
  expect(collected).toBe(0);
});

function open(after: AfterBurst, connections: number): void {
  for (let i = 0; i < connections; i++) after.opened();
}

test("garbage is collected once, when a burst of connections is over", () => {
  const clock = new FakeClock();
  let collected = 0;
  const after = new AfterBurst(
    clock,
    () => 2000,
    () => collected++,
  );
  for (let i = 0; i < 20; i++) {
    open(after, 100);
    clock.advance(100);
  }
  expect(collected).toBe(0);
  clock.advance(100);
  expect(collected).toBe(1);
  clock.advance(10_000);
  expect(collected).toBe(1);
});

test("a few connections now and then are no burst", () => {
  const clock = new FakeClock();
  let collected = 0;
  const after = new AfterBurst(
    clock,
    () => 2000,
    () => collected++,
  );
  for (let i = 0; i < 200; i++) {
    open(after, 10);
    clock.advance(100);
  }
  expect(collected).toBe(0);
});
