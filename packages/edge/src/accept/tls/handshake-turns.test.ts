import { expect, test } from "bun:test";
import { type Due, HandshakeTurns } from "#accept/tls/handshake-turns.ts";

/** Turns over a clock that moves by a millisecond with each handshake. */
function setUp() {
  let now = 0;
  let next: (() => void) | null = null;
  const begun: string[] = [];
  const turns = new HandshakeTurns<Due>({
    now: () => now,
    nextTurn: (run) => {
      expect(next).toBeNull();
      next = run;
    },
  });
  const due = (key: string): Due => ({
    key,
    begin() {
      now += 1;
      begun.push(key);
    },
  });
  return {
    turns,
    due,
    ask: (key: string): boolean => turns.ask(due(key)),
    /** What began in the next turn of the loop; null where nothing was to come. */
    turn: (): string[] | null => {
      const run = next;
      next = null;
      begun.length = 0;
      run?.();
      return run === null ? null : [...begun];
    },
  };
}

test("handshakes begin at once, and no more in one turn than it has time for", () => {
  const { ask, turn, turns } = setUp();
  expect(["a", "a", "a", "a", "a"].map(ask)).toEqual([true, true, false, false, false]);
  expect(turns.waiting).toBe(3);
  expect(turn()).toEqual(["a", "a"]);
  // Who comes while others wait does not overtake them.
  expect(ask("b")).toBe(false);
  expect(turn()).toEqual(["a", "b"]);
  expect(turn()).toEqual([]);
  expect(turn()).toBeNull();
  expect(ask("a")).toBe(true);
});

test("whoever sends many hellos waits behind others' first", () => {
  const { ask, turn } = setUp();
  for (let i = 0; i < 50; i++) ask("flood");
  ask("one");
  ask("two");
  const order = [...(turn() ?? []), ...(turn() ?? [])];
  expect(order.indexOf("one")).toBeLessThan(3);
  expect(order.indexOf("two")).toBeLessThan(4);
});

test("who has left is not begun with", () => {
  const { turns, due, ask, turn } = setUp();
  ask("a");
  ask("a");
  const gone = due("gone");
  expect(turns.ask(gone)).toBe(false);
  turns.leave(gone);
  expect(turns.waiting).toBe(0);
  expect(turn()).toEqual([]);
});

test("an exception costs one handshake, and its time is counted", () => {
  const { turns, ask, turn } = setUp();
  const broken: Due = {
    key: "x",
    begin() {
      throw new Error("broken");
    },
  };
  expect(() => turns.ask(broken)).toThrow("broken");
  expect(ask("a")).toBe(true);
  expect(turn()).toEqual([]);
});
