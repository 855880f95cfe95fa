import { describe, expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { TimerWheel } from "@egide/std/wheel.ts";
import { type Entrant, Slots } from "#upstream/queue/slots.ts";

function setUp(max: number) {
  const slots = new Slots(max, 100, 1000, new TimerWheel(new FakeClock()));
  const admitted: string[] = [];
  const enter = (key: string): boolean => {
    const entrant: Entrant = { key, admitted: () => void admitted.push(key), refused: () => {} };
    return slots.enter(entrant) === null;
  };
  return { slots, admitted, enter };
}

describe("places at an origin", () => {
  test("one visitor may fill what is open to all, and no more", () => {
    const { slots, enter } = setUp(16);
    const taken = Array.from({ length: 20 }, () => enter("loud")).filter(Boolean).length;
    expect(taken).toBe(12);
    expect(slots.waiting).toBe(8);
    expect([enter("a"), enter("b"), enter("a"), enter("c")]).toEqual([true, true, true, true]);
    expect(slots.inFlight).toBe(16);
    expect(enter("d")).toBe(false);
  });

  test("a place goes to who waits, and is counted as theirs", () => {
    const { slots, admitted, enter } = setUp(4);
    expect([enter("a"), enter("a"), enter("a"), enter("a")]).toEqual([true, true, true, false]);
    slots.leave("a");
    expect(admitted).toEqual(["a"]);
    for (let i = 0; i < 3; i++) slots.leave("a");
    expect(slots.inFlight).toBe(0);
    expect(enter("a")).toBe(true);
  });
});
