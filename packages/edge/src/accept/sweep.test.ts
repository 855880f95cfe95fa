import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { Sweep } from "#accept/sweep.ts";

test("one exception ends its own member, and neither the round nor the sweep", () => {
  const clock = new FakeClock();
  const heard: unknown[] = [];
  const sweep = new Sweep(clock, (error) => heard.push(error));
  let abandoned = 0;
  let judged = 0;
  const broken = {
    check: () => {
      throw new Error("first");
    },
    abandon: () => {
      abandoned++;
      throw new Error("second");
    },
  };
  sweep.add(broken);
  sweep.add({ check: () => judged++, abandon: () => {} });
  clock.advance(1600);
  expect(judged).toBe(3);
  expect(abandoned).toBe(1);
  expect(heard.map(String)).toEqual(["Error: first", "Error: second"]);
  expect(sweep.size).toBe(1);
});
