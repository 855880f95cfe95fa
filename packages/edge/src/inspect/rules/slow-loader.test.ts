import { describe, expect, test } from "bun:test";
import type { Clock } from "@egide/std/clock.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { SlowLoader } from "#inspect/rules/slow-loader.ts";

/** A loader of strings on a clock that a step of work moves on by a millisecond. */
function setUp() {
  const clock = new FakeClock();
  let steps = 0;
  const working: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic() + steps,
    after: (ms, run) => clock.after(ms, run),
  };
  const done: [string, string | Error][] = [];
  const loader = new SlowLoader<string>(working, (key, outcome) => done.push([key, outcome]));
  function* work(result: string | Error, length: number): Generator<undefined, string> {
    for (let i = 0; i < length; i++) {
      steps++;
      yield;
    }
    if (result instanceof Error) throw result;
    return result;
  }
  return { clock, loader, done, work, taken: () => steps };
}

describe("slow loader", () => {
  test("stops between slices, so that others get their turn", async () => {
    const { clock, loader, done, work, taken } = setUp();
    loader.start("a", "1", () => work("made", 10));
    expect(taken()).toBe(0);
    clock.advance(2);
    expect(taken()).toBe(4);
    clock.advance(2);
    expect(taken()).toBe(8);
    const settled = loader.settled();
    clock.advance(2);
    expect(done).toEqual([["a", "made"]]);
    await settled;
  });

  test("goes on with what is under way, and drops what is out of date", () => {
    const { clock, loader, done, work } = setUp();
    loader.start("a", "1", () => work("old", 6));
    clock.advance(2);
    loader.start("a", "1", () => work("the same", 6));
    loader.start("b", "1", () => work("other", 1));
    loader.start("a", "2", () => work("new", 6));
    clock.advance(20);
    expect(done).toEqual([
      ["a", "new"],
      ["b", "other"],
    ]);
  });

  test("hands on what went wrong, and goes on", () => {
    const { clock, loader, done, work } = setUp();
    const fault = new Error("at line 3");
    loader.start("a", "1", () => work(fault, 2));
    loader.start("b", "1", () => work("made", 2));
    clock.advance(20);
    expect(done).toEqual([
      ["a", fault],
      ["b", "made"],
    ]);
  });

  test("closed, does nothing more and lets nobody wait", async () => {
    const { clock, loader, done, work } = setUp();
    loader.start("a", "1", () => work("made", 2));
    const settled = loader.settled();
    loader.close();
    clock.advance(20);
    await settled;
    expect(done).toEqual([]);
  });
});
