import { describe, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import fc from "fast-check";
import { CATEGORY_NAMES, factsOf, graver } from "#moderation/category.ts";
import {
  advance,
  byPlace,
  type Item,
  type ItemEvent,
  opened,
  placeOf,
  rankOf,
} from "#moderation/queue-item.ts";

const category = fc.constantFrom(...CATEGORY_NAMES);
const by = fc.constantFrom("ada", "ben", "cem");
const outcome = fc.constantFrom("upheld" as const, "dismissed" as const);

const event: fc.Arbitrary<(at: number) => ItemEvent> = fc.oneof(
  category.map((category) => (at: number) => ({ type: "report" as const, category, at })),
  fc.constant((at: number) => ({ type: "look" as const, at })),
  fc
    .record({ by, outcome })
    .map((who) => (at: number) => ({ type: "decide" as const, at, ...who })),
  fc.constant((at: number) => ({ type: "contest" as const, at })),
  by.map((by) => (at: number) => ({ type: "reverse" as const, at, by })),
);

/** Applies events in turn; those that are refused change nothing. */
function walk(first: Item, events: readonly ((at: number) => ItemEvent)[]) {
  const steps: { before: Item; event: ItemEvent; after: Item | null }[] = [];
  let item = first;
  events.forEach((make, i) => {
    const event = make(1000 + i);
    try {
      const after = advance(item, event);
      steps.push({ before: item, event, after });
      item = after;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      steps.push({ before: item, event, after: null });
    }
  });
  return steps;
}

describe("an item of the queue", () => {
  test("keeps its times in order, and is decided exactly where somebody decided", () => {
    fc.assert(
      fc.property(category, fc.array(event, { maxLength: 30 }), (first, events) => {
        for (const { after } of walk(opened(first, 999), events)) {
          if (after === null) continue;
          const decided = after.state === "decided" || after.state === "final";
          const wasOnce = decided || after.state === "contested";
          expect(after.outcome !== null).toBe(wasOnce);
          expect(after.decidedBy !== null).toBe(wasOnce);
          if (after.firstLookAt !== null) {
            expect(after.firstLookAt).toBeGreaterThanOrEqual(after.openedAt);
          }
          if (after.decidedAt !== null) {
            expect(after.decidedAt).toBeGreaterThanOrEqual(after.firstLookAt ?? Infinity);
          }
        }
      }),
    );
  });

  test("is never decided a second time by the same person", () => {
    fc.assert(
      fc.property(category, fc.array(event, { maxLength: 30 }), (first, events) => {
        for (const { before, event, after } of walk(opened(first, 999), events)) {
          if (event.type === "decide" && before.state === "contested") {
            expect(after === null).toBe(before.decidedBy === event.by);
          }
          if (event.type === "contest" && after !== null) expect(before.outcome).toBe("dismissed");
        }
      }),
    );
  });

  test("only ever moves up the queue while it waits", () => {
    fc.assert(
      fc.property(category, fc.array(category, { maxLength: 20 }), (first, more) => {
        let item = opened(first, 0);
        for (const category of more) {
          const next = advance(item, { type: "report", category, at: 1 });
          expect(byPlace(placeOf(next, 1), placeOf(item, 1))).toBeLessThanOrEqual(0);
          item = next;
        }
      }),
    );
  });

  test("opens again only for something graver than what was dismissed", () => {
    const decided = advance(opened("hate", 0), {
      type: "decide",
      at: 5,
      by: "ada",
      outcome: "dismissed",
    });
    expect(advance(decided, { type: "report", category: "spam", at: 9 })).toBe(decided);
    const again = advance(decided, { type: "report", category: "threat-to-life", at: 9 });
    expect(again).toEqual(opened("threat-to-life", 9));
  });
});

test("a threat to life stands before everything, whenever it came", () => {
  fc.assert(
    fc.property(
      category.filter((name) => name !== "threat-to-life"),
      fc.nat(1e9),
      fc.nat(1e9),
      (name, earlier, later) => {
        const threat = placeOf(opened("threat-to-life", earlier + later), 2);
        expect(byPlace(threat, placeOf(opened(name, earlier), 1))).toBeLessThan(0);
      },
    ),
  );
});

test("the graver of two is one of them, whichever is named first", () => {
  fc.assert(
    fc.property(category, category, category, (a, b, c) => {
      expect([a, b]).toContain(graver(a, b));
      expect(graver(a, b)).toBe(graver(b, a));
      expect(graver(a, graver(b, c))).toBe(graver(graver(a, b), c));
      expect(rankOf(factsOf(graver(a, b)).lane)).toBeLessThanOrEqual(rankOf(factsOf(a).lane));
    }),
  );
});
