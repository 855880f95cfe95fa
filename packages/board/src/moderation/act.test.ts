import { describe, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import fc from "fast-check";
import {
  type ActEvent,
  type ActRecord,
  advanceAct,
  BAN_SCOPES,
  BAN_TARGETS,
  type Change,
  type Measure,
  permissionFor,
  type PostState,
  postAfter,
  postAfterUndo,
  UNDO_MS,
} from "#moderation/act.ts";
import { APPEAL_MS, decideAppeal, sendAppeal, VERDICTS } from "#moderation/appeal.ts";
import { advanceHold, freezes, type HoldEvent, placed } from "#moderation/hold.ts";

const measure: fc.Arbitrary<Measure> = fc.oneof(
  fc.constantFrom<Measure>(
    { kind: "approve" },
    { kind: "hide" },
    { kind: "remove" },
    { kind: "remove-pattern", batch: "x" },
    { kind: "move", toBoardId: 2 },
    { kind: "warn" },
  ),
  fc.record({
    kind: fc.constant("ban" as const),
    scope: fc.constantFrom(...BAN_SCOPES),
    target: fc.constantFrom(...BAN_TARGETS),
  }),
);
const state = fc.constantFrom<PostState>("visible", "held", "hidden", "removed");

function attempt<Result>(run: () => Result): Result | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function record(before: PostState, after: PostState, change: Partial<ActRecord> = {}): ActRecord {
  const always = { state: "in-force", kind: "hide", at: 0, by: "ada", endsAt: null } as const;
  return { ...always, before, after, ...change };
}

/** An act as the record of it keeps it: each has a time of its own. */
function changeAt(at: number, before: PostState, after: PostState): Change<PostState> {
  return { at, state: "in-force", stateAt: at, before, after };
}

describe("acts on a post", () => {
  test("never bring a removed post back, and never show one under legal hold", () => {
    fc.assert(
      fc.property(
        state,
        fc.array(measure, { maxLength: 20 }),
        fc.boolean(),
        (start, acts, frozen) => {
          let now = start;
          for (const act of acts) {
            const next = attempt(() => postAfter(now, act, frozen));
            if (next === null) continue;
            if (now === "removed") expect(next).toBe("removed");
            if (frozen && now !== "visible") expect(next).not.toBe("visible");
            now = next;
          }
        },
      ),
    );
  });

  test("leave nothing behind once they are taken back, in whatever order", () => {
    const doing = fc.oneof({ weight: 2, arbitrary: measure }, { weight: 1, arbitrary: fc.nat(20) });
    fc.assert(
      fc.property(
        fc.constantFrom<PostState>("visible", "held"),
        fc.array(doing, { maxLength: 30 }),
        (start, doings) => {
          let now = start;
          const done: { act: Change<PostState>; stands: boolean }[] = [];
          for (const [i, what] of doings.entries()) {
            if (typeof what === "number") {
              const one = done[what];
              if (one?.stands !== true) continue;
              const others = done.filter((other) => other !== one).map(({ act }) => act);
              now = postAfterUndo(now, one.act, others, false);
              one.stands = false;
              one.act = { ...one.act, state: "undone", stateAt: i };
            } else {
              const next = attempt(() => postAfter(now, what, false));
              if (next === null) continue;
              done.push({ act: changeAt(i, now, next), stands: true });
              now = next;
            }
            // As if none of those had ever been that were taken back.
            const last = done.findLast(({ act, stands }) => stands && act.before !== act.after);
            expect(now).toBe(last?.act.after ?? start);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("of one order come one after the other, though they have one time", () => {
    const hide = changeAt(5, "visible", "hidden");
    const remove = changeAt(5, "hidden", "removed");
    expect(postAfterUndo("removed", hide, [remove], false)).toBe("removed");
    const undone = { ...hide, state: "undone", stateAt: 6 } as const;
    expect(postAfterUndo("removed", remove, [undone], false)).toBe("visible");
  });

  test("stay where a later one stands on them, also one that did the same again", () => {
    const hide = changeAt(1, "visible", "hidden");
    expect(postAfterUndo("removed", hide, [], false)).toBe("removed");
    expect(postAfterUndo("hidden", hide, [], false)).toBe("visible");
    expect(attempt(() => postAfterUndo("hidden", hide, [], true))).toBeNull();
    const shown = changeAt(2, "hidden", "visible");
    const again = changeAt(3, "visible", "hidden");
    expect(postAfterUndo("hidden", hide, [shown, again], false)).toBe("hidden");
  });

  test("each need a permission, bans one for their reach", () => {
    expect(permissionFor({ kind: "ban", scope: "global", target: "session" })).toBe("banGlobal");
    expect(permissionFor({ kind: "ban", scope: "board", target: "prefix" })).toBe("banBoard");
    expect(permissionFor({ kind: "remove-pattern", batch: "x" })).toBe("removePattern");
  });
});

test("an act is over once, whatever happens after", () => {
  const event = fc.record({
    type: fc.constantFrom<ActEvent["type"]>("undo", "reverse", "end"),
    at: fc.nat(2 * UNDO_MS),
  });
  const endsAt = fc.option(fc.nat(2 * UNDO_MS));
  fc.assert(
    fc.property(endsAt, fc.array(event, { maxLength: 12 }), (endsAt, events) => {
      let act = record("visible", "visible", { kind: "ban", endsAt });
      for (const event of events) {
        const next = attempt(() => advanceAct(act, event));
        if (next === null || next === act) continue;
        if (act.state === "undone" || act.state === "reversed") throw new Error("it was over");
        if (next.state === "undone") expect(event.at).toBeLessThanOrEqual(UNDO_MS);
        if (next.state === "ended") expect(event.at).toBeGreaterThanOrEqual(endsAt ?? Infinity);
        act = next;
      }
    }),
  );
});

describe("appeals", () => {
  const act = { at: 0, by: "ada", appeals: 0 };

  test("come once and in time", () => {
    expect(sendAppeal(act, APPEAL_MS).state).toBe("open");
    expect(attempt(() => sendAppeal(act, APPEAL_MS + 1))).toBeNull();
    expect(attempt(() => sendAppeal({ ...act, appeals: 1 }, 1))).toBeNull();
  });

  test("are decided once, by anybody but who acted", () => {
    const who = fc.constantFrom("ada", "ben", "cem");
    const decisions = fc.array(fc.tuple(who, fc.constantFrom(...VERDICTS)), { maxLength: 8 });
    fc.assert(
      fc.property(who, decisions, (actor, decisions) => {
        let appeal = sendAppeal({ ...act, by: actor }, 1);
        let decided = 0;
        for (const [by, verdict] of decisions) {
          const next = attempt(() => decideAppeal(appeal, { by, at: 2, verdict }));
          if (next === null) continue;
          expect(by).not.toBe(actor);
          decided += 1;
          appeal = next;
        }
        expect(decided).toBe(decisions.some(([by]) => by !== actor) ? 1 : 0);
      }),
    );
  });
});

test("a legal hold ends by two people, in whatever order they try", () => {
  const event = fc.record({
    type: fc.constantFrom<HoldEvent["type"]>("request-release", "refuse-release", "release"),
    by: fc.constantFrom("ada", "ben", "cem"),
    at: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      let hold = placed("ada", 0);
      for (const event of events) {
        const next = attempt(() => advanceHold(hold, event));
        if (next === null) continue;
        expect(freezes(hold)).toBe(true);
        hold = next;
      }
      if (freezes(hold)) return;
      expect(hold.requestedBy).not.toBeNull();
      expect(hold.releasedBy).not.toBe(hold.requestedBy);
    }),
  );
});
