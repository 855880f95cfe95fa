import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FieldHitters } from "#field-hitters.ts";
import { KeyHash } from "#key.ts";
import { mergeHeavy, SpaceSaving } from "#space-saving.ts";

/** Keys that meet in few places of the table, so that probing and removal are put to work. */
const keys = fc.integer({ min: 0, max: 40 }).map((n) => ({ lo: (n % 3) * 7, hi: n }));

describe("SpaceSaving", () => {
  test("bounds every count from above and below, and misses nobody heavy", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(keys, fc.integer({ min: 1, max: 5 })), { maxLength: 400 }),
        fc.integer({ min: 1, max: 20 }),
        (adds, capacity) => {
          const summary = new SpaceSaving(capacity);
          const exact = new Map<number, number>();
          let total = 0;
          for (const [{ lo, hi }, amount] of adds) {
            summary.add(lo, hi, amount);
            exact.set(hi, (exact.get(hi) ?? 0) + amount);
            total += amount;
          }
          const top = summary.top();
          expect(top.length).toBe(Math.min(capacity, exact.size));
          const listed = new Set<number>();
          for (const { hi, count, error } of top) {
            const true_ = exact.get(hi) ?? 0;
            expect(count).toBeGreaterThanOrEqual(true_);
            expect(count - error).toBeLessThanOrEqual(true_);
            expect(listed.has(hi)).toBe(false);
            listed.add(hi);
          }
          for (const [hi, sum] of exact) if (sum > total / capacity) expect(listed).toContain(hi);
          expect(summary.total).toBe(total);
        },
      ),
    );
  });

  test("merged, bounds the whole", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), keys), { maxLength: 300 }),
        fc.integer({ min: 2, max: 15 }),
        (adds, capacity) => {
          const parts = [0, 1, 2].map(() => new SpaceSaving(capacity));
          const exact = new Map<number, number>();
          for (const [part, { lo, hi }] of adds) {
            parts[part]?.add(lo, hi, 1);
            exact.set(hi, (exact.get(hi) ?? 0) + 1);
          }
          for (const { hi, count, error } of mergeHeavy(
            parts.map((part) => ({ top: part.top(), capacity })),
          )) {
            expect(count).toBeGreaterThanOrEqual(exact.get(hi) ?? 0);
            expect(count - error).toBeLessThanOrEqual(exact.get(hi) ?? 0);
          }
        },
      ),
    );
  });

  test("lets what is old fade", () => {
    const summary = new SpaceSaving(4);
    for (let i = 0; i < 100; i++) summary.add(1, 1, 1);
    summary.age(0.1);
    for (let i = 0; i < 20; i++) summary.add(2, 2, 1);
    expect(summary.top().map(({ lo }) => lo)).toEqual([2, 1]);
    expect(summary.total).toBeCloseTo(30);
    summary.clear();
    expect(summary.top()).toEqual([]);
  });
});

describe("FieldHitters", () => {
  test("names the combination that an attack has in common", () => {
    const hitters = new FieldHitters(
      new KeyHash(new Uint8Array(8)),
      3,
      [[0], [1], [2], [1, 2]],
      64,
    );
    for (let i = 0; i < 5000; i++) {
      hitters.add([`10.0.${i >> 8}.${i & 255}`, `/page/${i % 500}`, `agent ${i % 7}`], 1);
      if (i % 2 === 0) hitters.add([`198.51.${i >> 8}.${i & 255}`, "/search", "agent 3"], 1);
    }
    const [byAddress, byPath, , byBoth] = hitters.top();
    expect(byPath?.top[0]?.values).toEqual(["/search"]);
    expect(byBoth?.fields).toEqual([1, 2]);
    expect(byBoth?.top[0]?.values).toEqual(["/search", "agent 3"]);
    expect(byBoth?.top[0]?.count).toBeGreaterThanOrEqual(2500);
    // No address came twice: none is sure enough to be named.
    expect(byAddress?.top.every(({ values }) => values === null)).toBe(true);
    expect(byAddress?.total).toBe(7500);
  });
});
