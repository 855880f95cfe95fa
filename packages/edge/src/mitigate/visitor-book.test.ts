import { expect, test } from "bun:test";
import fc from "fast-check";
import { createVisitorMemory, VisitorBook } from "#mitigate/visitor-book.ts";

const NOW = 1_000_000;

function book(): VisitorBook {
  return new VisitorBook(createVisitorMemory());
}

test("strangers are not known, welcomed visitors are, until they are dismissed", () => {
  const visitors = book();
  expect(visitors.isKnown(7, NOW)).toBe(false);
  visitors.write({ visitor: 7, rate: 10 }, NOW);
  expect(visitors.isKnown(7, NOW)).toBe(true);
  visitors.write({ visitor: 7, rate: 0 }, NOW);
  expect(visitors.isKnown(7, NOW)).toBe(false);
});

test("who asks at their usual pace stays known, who asks much faster does not, and comes back", () => {
  const visitors = book();
  visitors.write({ visitor: 7, rate: 10 }, NOW);
  let at = NOW;
  for (let i = 0; i < 1000; i++) {
    at += 100;
    expect(visitors.spend(7, 1, at)).toBe(true);
  }
  const passed = Array.from({ length: 1000 }, () => visitors.spend(7, 1, at)).filter(
    Boolean,
  ).length;
  expect(passed).toBeGreaterThan(10);
  expect(passed).toBeLessThanOrEqual(21);
  expect(visitors.isKnown(7, at)).toBe(false);
  expect(visitors.isKnown(7, at + 5000)).toBe(true);
});

test("a worker sees what another thread wrote", () => {
  const memory = createVisitorMemory();
  new VisitorBook(memory).write({ visitor: -5, rate: 1 }, NOW);
  expect(new VisitorBook(memory).isKnown(-5, NOW)).toBe(true);
});

test("never more visitors than fit; of those in one place the longest unseen goes", () => {
  const visitors = book();
  const sets = 16_384;
  for (let i = 0; i < 5; i++) visitors.write({ visitor: 3 + i * sets, rate: 1 }, NOW + i);
  expect([0, 1, 2, 3, 4].map((i) => visitors.isKnown(3 + i * sets, NOW + 10))).toEqual([
    false,
    true,
    true,
    true,
    true,
  ]);
});

test("any key, rate and moment", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.double({ min: 0.1, max: 1e6, noNaN: true }),
      fc.nat(2 ** 30),
      (visitor, rate, now) => {
        fc.pre((visitor | 0) !== 0);
        const visitors = book();
        visitors.write({ visitor, rate }, now);
        return visitors.isKnown(visitor, now) && visitors.spend(visitor, 1, now);
      },
    ),
  );
});

test("moments mean the same after weeks, where the words that hold them have wrapped around", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(3000)), { maxLength: 60 }),
      fc.nat(2 ** 40),
      (asked, later) => {
        const early = book();
        const late = book();
        for (const each of [1, 2, 3]) {
          early.write({ visitor: each, rate: 2 }, 0);
          late.write({ visitor: each, rate: 2 }, later);
        }
        let at = 0;
        return asked.every(([visitor, pause]) => {
          at += pause;
          return early.spend(visitor, 1, at) === late.spend(visitor, 1, at + later);
        });
      },
    ),
  );
  const visitors = book();
  visitors.write({ visitor: 7, rate: 1 }, 5000);
  const month = 30 * 86_400_000;
  const passed = Array.from({ length: 9 }, () => visitors.spend(7, 1, month)).filter(Boolean);
  expect(passed).toHaveLength(2);
});

test("all who are known can be told, the latest first", () => {
  const visitors = book();
  for (const each of [1, -2, 3])
    visitors.write({ visitor: each, rate: each + 5 }, NOW + each * 100);
  visitors.write({ visitor: 1, rate: 0 }, NOW + 400);
  expect(visitors.list(NOW + 500).map(({ visitor, rate }) => [visitor, rate])).toEqual([
    [3, 8],
    [-2, 3],
  ]);
});
