import { expect, test } from "bun:test";
import fc from "fast-check";
import { createChallengeMemory, openTables } from "#verify/memory.ts";

const at = 1_767_225_600;

test("a token can be used once, also by two workers, for as long as it lives", () => {
  const memory = createChallengeMemory();
  const [one, two] = [openTables(memory).used, openTables(memory).used];
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.nat(400), (a, b, later) => {
      fc.pre(a !== 0 && a !== 1);
      const first = one.claim([a, b], at);
      // Another run may have drawn the same token.
      expect(two.claim([a, b], at + later)).toBe(false);
      expect(one.claim([a, b], at)).toBe(false);
      return first || true;
    }),
  );
});

test("used tokens are forgotten in time, and a clock set back does not bring them back", () => {
  const { used } = openTables(createChallengeMemory());
  expect(used.claim([5, 5], at)).toBe(true);
  expect(used.claim([6, 6], at + 420)).toBe(true);
  expect(used.claim([6, 6], at - 10_000)).toBe(false);
  expect(used.claim([5, 5], at + 5000)).toBe(true);
});

test("a crowded bucket forgets one, and grows no memory", () => {
  const { used } = openTables(createChallengeMemory());
  for (let i = 1; i <= 100; i++) expect(used.claim([i * 1000, 7], at)).toBe(true);
  expect(used.claim([100_000, 7], at)).toBe(false);
});

test("counts rise, fall, never below nothing, and start anew", () => {
  const { tally } = openTables(createChallengeMemory());
  expect([1, 1, -1, -5, 1].map((change) => tally.add([9, 9], change, at))).toEqual([1, 2, 1, 0, 1]);
  expect(tally.add([9, 10], 0, at)).toBe(0);
  expect(tally.add([9, 9], 0, at + 600)).toBe(0);
});

test("the loudest keep their counts among a hundred thousand others", () => {
  const { tally } = openTables(createChallengeMemory());
  for (let i = 0; i < 500; i++) tally.add([42, 42], 1, at);
  for (let i = 1; i < 100_000; i++) tally.add([i * 7919, i], 1, at);
  expect(tally.add([42, 42], 0, at)).toBe(500);
});

test("a session may move between so many networks, and back", () => {
  const { roam } = openTables(createChallengeMemory());
  const session = [77, 3] as const;
  const admits = [11, 12, 11, 13, 14, 15, 12].map((network) => roam.admit(session, network, 4, at));
  expect(admits).toEqual([true, true, true, true, true, false, true]);
  expect(roam.admit([78, 3], 15, 4, at)).toBe(true);
  expect(roam.admit([79, 3], 15, 0, at)).toBe(false);
});

test("the session that was longest unseen gives way", () => {
  const { roam } = openTables(createChallengeMemory());
  for (let i = 1; i <= 5; i++) roam.admit([i, 0], 11, 1, at + i);
  expect(roam.admit([5, 0], 12, 1, at + 6)).toBe(false);
  // Forgotten: it may move anew.
  expect(roam.admit([1, 0], 12, 1, at + 7)).toBe(true);
});
