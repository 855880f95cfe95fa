import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { H3Connections } from "#accept/h3/connections.ts";
import { Sweep } from "#accept/sweep.ts";

test("requests of one address and port are one connection until it has been idle", () => {
  const clock = new FakeClock();
  const sweep = new Sweep(clock);
  let open = 0;
  let serial = 0;
  const connections = new H3Connections({
    sweep,
    nextSerial: () => ++serial,
    onCount: (change) => (open += change),
    idleMs: () => 10_000,
  });
  const first = connections.began("192.0.2.1", 1000);
  const again = connections.began("192.0.2.1", 1000);
  const other = connections.began("192.0.2.1", 1001);
  expect([first.serial, again.serial, other.serial, again.requests]).toEqual([1, 1, 2, 2]);
  expect(open).toBe(2);
  connections.over(first, clock.monotonic());
  connections.over(other, clock.monotonic());
  clock.advance(11_000);
  expect(open).toBe(1);
  connections.over(again, clock.monotonic());
  clock.advance(9000);
  expect(open).toBe(1);
  connections.closeIdle();
  expect(open).toBe(0);
  expect(sweep.size).toBe(0);
});
