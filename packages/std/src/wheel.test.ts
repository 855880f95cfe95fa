import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { FakeClock } from "#fake-clock.ts";
import { TimerWheel, WheelTimer } from "#wheel.ts";

test("a timer runs once, not early and at most two ticks late", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, { tickMs: 100, slots: 8 });
  const ran: number[] = [];
  wheel.schedule(new WheelTimer(() => ran.push(clock.monotonic())), 250);
  clock.advance(249);
  expect(ran).toEqual([]);
  clock.advance(10_000);
  expect(ran).toHaveLength(1);
  expect(ran[0]).toBeGreaterThanOrEqual(250);
  expect(ran[0]).toBeLessThanOrEqual(450);
});

test("the clock is left alone while nothing is set", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const timer = new WheelTimer(() => {});
  wheel.schedule(timer, 1000);
  expect(clock.pending).toBe(1);
  wheel.cancel(timer);
  clock.advance(200);
  expect(clock.pending).toBe(0);
  clock.advance(1_000_000);
  let ran = 0;
  wheel.schedule(new WheelTimer(() => ran++), 300);
  clock.advance(500);
  expect(ran).toBe(1);
});

test("moving a deadline away and back, and dropping it from inside another callback", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, { tickMs: 10, slots: 4 });
  let ran = 0;
  const victim = new WheelTimer(() => ran++);
  wheel.schedule(new WheelTimer(() => wheel.cancel(victim)), 20);
  wheel.schedule(victim, 1000);
  wheel.schedule(victim, 20);
  clock.advance(2000);
  expect(ran).toBe(0);
  expect(wheel.size).toBe(0);
});

test("a callback may set its own timer again", () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock, { tickMs: 10, slots: 4 });
  let ran = 0;
  const timer: WheelTimer = new WheelTimer(() => {
    if (++ran < 5) wheel.schedule(timer, 30);
  });
  wheel.schedule(timer, 0);
  clock.advance(1000);
  expect(ran).toBe(5);
});

test("property: agrees with a plain list of deadlines under any mix of set, move, drop and time", () => {
  const step = fc.oneof(
    fc.record({ op: fc.constant("set" as const), id: fc.nat(9), ms: fc.nat(3000) }),
    fc.record({ op: fc.constant("drop" as const), id: fc.nat(9), ms: fc.constant(0) }),
    fc.record({ op: fc.constant("wait" as const), id: fc.constant(0), ms: fc.nat(2000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const clock = new FakeClock();
      const wheel = new TimerWheel(clock, { tickMs: 50, slots: 8 });
      const deadline = new Map<number, number>();
      const timers = Array.from({ length: 10 }, (_, id) => {
        return new WheelTimer(() => {
          const at = deadline.get(id);
          expect(at).toBeDefined();
          expect(clock.monotonic()).toBeGreaterThanOrEqual(at as number);
          expect(clock.monotonic()).toBeLessThanOrEqual((at as number) + 100);
          deadline.delete(id);
        });
      });
      for (const { op, id, ms } of steps) {
        const timer = timers[id] as WheelTimer;
        if (op === "set") {
          wheel.schedule(timer, ms);
          deadline.set(id, clock.monotonic() + ms);
        } else if (op === "drop") {
          wheel.cancel(timer);
          deadline.delete(id);
        } else {
          clock.advance(ms);
          for (const at of deadline.values())
            expect(at + 100).toBeGreaterThanOrEqual(clock.monotonic());
        }
      }
      clock.advance(10_000);
      expect(deadline.size).toBe(0);
      expect(wheel.size).toBe(0);
      clock.advance(100);
      expect(clock.pending).toBe(0);
    }),
  );
});
