import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { AfterBurst } from "#accept/after-burst.ts";

/** `open`: connections that there are whenever it is asked. */
function setUp(open: number) {
  const clock = new FakeClock();
  let collected = 0;
  const after = new AfterBurst(
    clock,
    () => open,
    () => collected++,
  );
  const connect = (count: number): void => {
    for (let i = 0; i < count; i++) after.opened();
  };
  return { clock, connect, collected: () => collected };
}

test("garbage is collected once, when a burst of connections is over", () => {
  const { clock, connect, collected } = setUp(2000);
  for (let i = 0; i < 20; i++) {
    connect(100);
    clock.advance(100);
  }
  expect(collected()).toBe(0);
  clock.advance(100);
  expect(collected()).toBe(1);
  clock.advance(10_000);
  expect(collected()).toBe(1);
});

test("connections that have ended again are no reason to collect", () => {
  const { clock, connect, collected } = setUp(10);
  connect(5000);
  clock.advance(1000);
  expect(collected()).toBe(0);
});

test("a few connections now and then are no burst", () => {
  const { clock, connect, collected } = setUp(2000);
  for (let i = 0; i < 200; i++) {
    connect(10);
    clock.advance(100);
  }
  expect(collected()).toBe(0);
});
