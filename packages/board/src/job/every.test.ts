import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { every } from "#job/every.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("runs at once and again after each end, reports failures, and stops", async () => {
  const clock = new FakeClock();
  const reports: unknown[] = [];
  let runs = 0;
  const job = every(
    clock,
    1000,
    async () => {
      runs += 1;
      if (runs === 2) throw new Error("no");
    },
    (error) => reports.push(error),
  );
  await settle();
  expect(runs).toBe(1);
  clock.advance(1000);
  await settle();
  clock.advance(1000);
  await settle();
  expect([runs, reports.length]).toEqual([3, 1]);
  await job.stop();
  clock.advance(10_000);
  await settle();
  expect([runs, clock.pending]).toEqual([3, 0]);
});
