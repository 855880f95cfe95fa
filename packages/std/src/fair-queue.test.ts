import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { FairQueue } from "#fair-queue.ts";

interface Item {
  readonly key: string;
  readonly n: number;
}

test("visitors take turns whatever the length of their lines", () => {
  const queue = new FairQueue<Item>(100);
  for (let n = 0; n < 4; n++) queue.push({ key: "greedy", n });
  queue.push({ key: "b", n: 0 });
  queue.push({ key: "c", n: 0 });
  const order = Array.from({ length: 6 }, () => queue.shift()?.key);
  expect(order).toEqual(["greedy", "b", "c", "greedy", "greedy", "greedy"]);
  expect(queue.shift()).toBeNull();
});

test("when it is full the longest line pays, from its end", () => {
  const queue = new FairQueue<Item>(3);
  for (let n = 0; n < 3; n++) expect(queue.push({ key: "greedy", n })).toBeNull();
  const own = { key: "greedy", n: 3 };
  expect(queue.push(own)).toBe(own);
  expect(queue.push({ key: "b", n: 0 })).toEqual({ key: "greedy", n: 2 });
  const late = { key: "c", n: 0 };
  expect(queue.push(late)).toEqual({ key: "greedy", n: 1 });
  const tooLate = { key: "d", n: 0 };
  expect(queue.push(tooLate)).toBe(tooLate);
});

test("no room at all refuses at once", () => {
  const queue = new FairQueue<Item>(0);
  const item = { key: "a", n: 0 };
  expect(queue.push(item)).toBe(item);
  expect(queue.size).toBe(0);
});

test("property: bounded, first come first served within a key, turns fair, nobody lost", () => {
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ op: fc.constant("push"), key: fc.constantFrom("a", "b", "c", "d") }),
    },
    { weight: 2, arbitrary: fc.record({ op: fc.constant("shift"), key: fc.constant("") }) },
    {
      weight: 1,
      arbitrary: fc.record({ op: fc.constant("remove"), key: fc.constantFrom("a", "b", "c", "d") }),
    },
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.integer({ min: 1, max: 12 }),
      (steps, capacity) => {
        const queue = new FairQueue<Item>(capacity);
        const lines = new Map<string, Item[]>();
        let n = 0;
        /** Turns that went by for each key while it waited. */
        const passedOver = new Map<string, string[]>();
        for (const { op, key } of steps) {
          const line = lines.get(key) ?? [];
          if (op === "push") {
            const item = { key, n: n++ };
            const dropped = queue.push(item);
            if (dropped !== item) lines.set(key, [...line, item]);
            if (dropped !== null && dropped !== item) {
              const longest = Math.max(...[...lines.values()].map((one) => one.length));
              const theirs = lines.get(dropped.key) as Item[];
              expect(theirs.length).toBe(longest);
              expect(theirs.pop()).toBe(dropped);
            }
          } else if (op === "remove") {
            const item = line[Math.floor(line.length / 2)];
            if (item === undefined) continue;
            expect(queue.remove(item)).toBe(true);
            expect(queue.remove(item)).toBe(false);
            line.splice(line.indexOf(item), 1);
          } else {
            const item = queue.shift();
            const waiting = [...lines].filter(([, one]) => one.length > 0);
            if (item === null) expect(waiting).toEqual([]);
            else {
              expect(lines.get(item.key)?.shift()).toBe(item);
              for (const [other] of waiting) {
                const seen = passedOver.get(other) ?? [];
                // Between two turns of a waiting key no other key has more than one... save by leaving.
                passedOver.set(other, other === item.key ? [] : [...seen, item.key]);
              }
            }
          }
          for (const [other, line] of lines) if (line.length === 0) passedOver.delete(other);
          for (const seen of passedOver.values()) {
            for (const one of new Set(seen)) {
              expect(seen.filter((k) => k === one).length).toBeLessThanOrEqual(2);
            }
          }
          const total = [...lines.values()].reduce((sum, one) => sum + one.length, 0);
          expect(queue.size).toBe(total);
          expect(total).toBeLessThanOrEqual(capacity);
        }
      },
    ),
  );
});
