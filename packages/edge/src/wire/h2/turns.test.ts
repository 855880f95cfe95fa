import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { incrementalOf, Turns, urgencyOf, type Waiting } from "#wire/h2/turns.ts";

function waiting(id: number, urgency: number, incremental: boolean): Waiting {
  return { id, urgency, incremental, isWaiting: false };
}

/** Who is served, each of them having `parts` parts to send. */
function served(streams: Waiting[], parts: number): number[] {
  const turns = new Turns<Waiting>();
  const left = new Map(streams.map((stream) => [stream.id, parts]));
  for (const stream of streams) turns.add(stream);
  const order: number[] = [];
  for (let next = turns.next(); next !== undefined; next = turns.next()) {
    order.push(next.id);
    const rest = (left.get(next.id) as number) - 1;
    left.set(next.id, rest);
    if (rest > 0) turns.add(next);
  }
  return order;
}

describe("turns of streams (RFC 9218, section 10)", () => {
  test("incremental ones share, the others go one after the other", () => {
    expect(served([waiting(1, 3, true), waiting(3, 3, true)], 3)).toEqual([1, 3, 1, 3, 1, 3]);
    expect(served([waiting(3, 3, false), waiting(1, 3, false)], 3)).toEqual([1, 1, 1, 3, 3, 3]);
  });

  test("both kinds of one urgency get their part", () => {
    const mixed = [waiting(1, 3, false), waiting(3, 3, true), waiting(5, 3, false)];
    expect(served(mixed, 2)).toEqual([1, 3, 1, 3, 5, 5]);
  });

  test("the urgent ones come first", () => {
    expect(served([waiting(1, 5, true), waiting(3, 0, false)], 2)).toEqual([3, 3, 1, 1]);
  });

  test("property: everybody is served whole, and nobody before the more urgent", () => {
    const streams = fc.uniqueArray(
      fc.record({ id: fc.nat(99), urgency: fc.nat(7), incremental: fc.boolean() }),
      { selector: ({ id }) => id, maxLength: 20 },
    );
    fc.assert(
      fc.property(streams, (asked) => {
        const order = served(
          asked.map(({ id, urgency, incremental }) => waiting(id, urgency, incremental)),
          3,
        );
        const urgencies = order.map((id) => asked.find((stream) => stream.id === id)?.urgency ?? 0);
        expect(order).toHaveLength(asked.length * 3);
        expect(urgencies).toEqual(urgencies.toSorted((a, b) => a - b));
      }),
    );
  });
});

test.each([
  ["", 3, false],
  ["i", 3, true],
  ["u=1", 1, false],
  ["u=1, i", 1, true],
  ["u=5,i", 5, true],
  ["i;x=1, u=0", 0, true],
  ["u=2, i=?1", 2, true],
  ["u=2, i=?0", 2, false],
  ["i=1", 3, false],
  ["ui, hi=?1", 3, false],
])("priority: %s", (value, urgency, incremental) => {
  expect(urgencyOf(value)).toBe(urgency);
  expect(incrementalOf(value)).toBe(incremental);
});
