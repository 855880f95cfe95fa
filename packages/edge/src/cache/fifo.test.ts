import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { type Queued, S3Fifo } from "./fifo.ts";

function item(id: string, weight: number): Queued {
  return { id, weight, visits: 0, home: "none" };
}

test("never holds more than it may, forgets nothing it holds, and counts right", () => {
  const step = fc.record({
    id: fc.integer({ min: 0, max: 30 }),
    weight: fc.integer({ min: 1, max: 40 }),
    act: fc.constantFrom("add", "hit", "remove", "resize"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const held = new Map<number, Queued>();
      const fifo = new S3Fifo<Queued>(100, (gone) => held.delete(Number(gone.id)));
      for (const { id, weight, act } of steps) {
        const known = held.get(id);
        if (known === undefined) {
          const fresh = item(String(id), weight);
          held.set(id, fresh);
          fifo.add(fresh);
        } else if (act === "hit") fifo.hit(known);
        else if (act === "resize") fifo.resize(known, weight);
        else {
          held.delete(id);
          fifo.remove(known);
        }
        let bytes = 0;
        for (const each of held.values()) bytes += each.weight;
        expect(fifo.bytes).toBe(bytes);
        expect(fifo.size).toBe(held.size);
        expect(bytes).toBeLessThanOrEqual(100);
      }
    }),
  );
});

test("a scan of things asked for once doesn't wash out what is in use", () => {
  const gone = new Set<string>();
  const fifo = new S3Fifo<Queued>(1000, (item) => gone.add(item.id));
  const hot = Array.from({ length: 50 }, (_, i) => item(`hot${i}`, 10));
  for (const each of hot) fifo.add(each);
  for (let i = 0; i < 5000; i++) {
    fifo.add(item(`cold${i}`, 10));
    fifo.hit(hot[i % 50] as Queued);
  }
  expect(hot.filter((each) => gone.has(each.id))).toEqual([]);
});
