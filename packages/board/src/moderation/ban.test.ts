import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { needsApproval } from "#moderation/approval.ts";
import { type Ban, banAgainst } from "#moderation/ban.ts";
import { chain, type ChainedEntry, firstBroken, GENESIS } from "#moderation/chain.ts";
import { patternOf } from "#moderation/pattern.ts";
import { FIRST_RULES, nextRules } from "#moderation/rules.ts";
import { spreadOf } from "#moderation/spread.ts";

const ban: Ban = {
  id: 1,
  actId: "a",
  scope: "board",
  boardId: 1,
  threadNo: null,
  target: "session",
  hash: "s",
  startsAt: 10,
  endsAt: 20,
  liftedAt: null,
};
const poster = { sessionHash: "s", addressHashes: ["a1", "a2"], prefixHashes: ["p1"] };
const here = { boardId: 1, threadNo: 5, quotes: new Set(["1/7"]) };

describe("bans", () => {
  test.each<[string, Partial<Ban>, number, boolean]>([
    ["from its start", {}, 10, true],
    ["not before", {}, 9, false],
    ["until its end", {}, 20, false],
    ["without end", { endsAt: null }, 1e12, true],
    ["not once lifted", { liftedAt: 12 }, 12, false],
    ["not for somebody else", { hash: "t" }, 15, false],
    ["by an address under any key that is kept", { target: "address", hash: "a2" }, 15, true],
    ["by a prefix", { target: "prefix", hash: "p1" }, 15, true],
    ["not by an address that is a prefix's", { target: "address", hash: "p1" }, 15, false],
    ["not on another board", { boardId: 2 }, 15, false],
    ["everywhere", { scope: "global", boardId: null }, 15, true],
    ["in the thread", { scope: "thread", threadNo: 5 }, 15, true],
    ["not in another thread", { scope: "thread", threadNo: 6 }, 15, false],
    ["in an exchange", { scope: "post", around: ["1/3", "1/7"] }, 15, true],
    ["not in another exchange", { scope: "post", around: ["1/3", "2/7"] }, 15, false],
    ["nowhere where the exchange is gone", { scope: "post" }, 15, false],
  ])("hold %s", (_name, change, now, holds) => {
    expect(banAgainst([{ ...ban, ...change }], poster, here, now) !== null).toBe(holds);
  });

  test("a new thread is not the one that somebody is banned from", () => {
    const thread: Ban = { ...ban, scope: "thread", threadNo: 5 };
    expect(banAgainst([thread], poster, { ...here, threadNo: null }, 15)).toBeNull();
  });

  test("of several, the longest is told", () => {
    const endless: Ban = { ...ban, id: 2, endsAt: null };
    expect(banAgainst([ban, endless, ban], poster, here, 15)?.id).toBe(2);
  });
});

test("posts wait as the board says, staff's never", () => {
  const none = { posts: false, threads: false, media: false, newPosters: 0 };
  const post = { opensThread: true, media: 1, standing: 2, staff: false };
  expect(needsApproval(none, post)).toBeNull();
  expect(needsApproval({ ...none, posts: true }, post)).toBe("board");
  expect(needsApproval({ ...none, threads: true }, post)).toBe("thread");
  expect(needsApproval({ ...none, threads: true }, { ...post, opensThread: false })).toBeNull();
  expect(needsApproval({ ...none, media: true }, post)).toBe("media");
  expect(needsApproval({ ...none, media: true }, { ...post, media: 0 })).toBeNull();
  expect(needsApproval({ ...none, newPosters: 3 }, post)).toBe("new-poster");
  expect(needsApproval({ ...none, newPosters: 2 }, post)).toBeNull();
  expect(needsApproval({ ...none, posts: true }, { ...post, staff: true })).toBeNull();
});

describe("the log's chain", () => {
  const entry = fc.record({
    at: fc.nat(),
    staff: fc.string(),
    action: fc.string(),
    boardId: fc.option(fc.nat()),
    subject: fc.string(),
    detail: fc.string(),
  });

  const link = (entries: readonly Omit<ChainedEntry, "seq" | "previous" | "hash">[]) => {
    let previous = GENESIS;
    return entries.map((entry, i) => {
      const linked = chain({ seq: i + 1, ...entry }, previous);
      previous = linked.hash;
      return linked;
    });
  };

  test("holds as it was written, and breaks at the first entry that was changed", () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 12 }), fc.nat(), (entries, pick) => {
        const log = link(entries);
        expect(firstBroken(log)).toBeNull();
        const at = pick % log.length;
        const victim = log[at] as ChainedEntry;
        for (const forged of [
          { ...victim, action: `${victim.action}x` },
          { ...victim, at: victim.at + 1 },
          { ...victim, boardId: victim.boardId === null ? 0 : null },
          // Text that moves over a field's border is another entry.
          { ...victim, subject: `${victim.subject},`, detail: victim.detail.slice(1) },
        ]) {
          expect(firstBroken(log.with(at, forged))).toBe(victim.seq);
        }
        const without = log.filter((_, i) => i !== at);
        expect(firstBroken(without)).toBe(at === log.length - 1 ? null : victim.seq + 1);
      }),
    );
  });

  test("can be checked from a head that was published", () => {
    const [first, ...rest] = link(
      ["a", "b", "c"].map((action) => ({
        at: 1,
        staff: "s",
        action,
        boardId: null,
        subject: "",
        detail: "{}",
      })),
    );
    expect(firstBroken(rest, first)).toBeNull();
    expect(firstBroken(rest, { seq: 1, hash: GENESIS })).toBe(2);
  });
});

describe("patterns", () => {
  test.each([
    ["cheap watches", "Buy CHEAP  watches\nnow", true],
    ["cheap*now", "Buy cheap watches now", true],
    ["now*cheap", "Buy cheap watches now", false],
    ["ｗａｔｃｈ", "watches", true],
    ["a.c.e", "abcde", false],
  ])("%p in %p: %p", (pattern, text, hit) => {
    expect(patternOf(pattern)?.(text)).toBe(hit);
  });

  test("that would hit almost everything are none", () => {
    for (const source of ["", "*", "a*b", "***", "  a  b  ", "x".repeat(501)]) {
      expect(patternOf(source)).toBeNull();
    }
  });

  test("take time that grows with the text alone", () => {
    const pattern = patternOf("aaaa*".repeat(99));
    const began = performance.now();
    expect(pattern?.("a".repeat(200_000))).toBe(true);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

test("rules get a new version when they change, and only then", () => {
  const first = nextRules({ version: 0, rules: [] }, FIRST_RULES);
  expect(first.version).toBe(1);
  expect(nextRules(first, FIRST_RULES)).toBe(first);
  expect(nextRules(first, FIRST_RULES.toReversed()).version).toBe(2);
  const [rule] = FIRST_RULES;
  if (rule === undefined) throw new Error("no rules");
  expect(() => nextRules(first, [rule, rule])).toThrow("board.bad_rules");
  expect(() => nextRules(first, [{ ...rule, id: "A B" }])).toThrow("board.bad_rules");
});

test("spreads are in seconds, and of nothing they say nothing", () => {
  expect(spreadOf([])).toEqual({ count: 0, median: null, p90: null, max: null });
  expect(spreadOf([3000])).toEqual({ count: 1, median: 3, p90: 3, max: 3 });
  expect(spreadOf([4000, 1000, 3000, 2000])).toEqual({ count: 4, median: 2.5, p90: 4, max: 4 });
  fc.assert(
    fc.property(fc.array(fc.nat(1e9), { minLength: 1 }), (times) => {
      const { median, p90, max } = spreadOf(times);
      expect(median as number).toBeLessThanOrEqual(p90 as number);
      expect(p90 as number).toBeLessThanOrEqual(max as number);
    }),
  );
});
