import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { KeyHash } from "#key.ts";
import { CountMin, createSketchMemory } from "#sketch.ts";

const hash = new KeyHash(new Uint8Array(8));
function key(n: number): [number, number] {
  hash.begin().word(n).finish();
  return [hash.lo, hash.hi];
}

describe("CountMin", () => {
  test("never says less than was counted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 9 })), { maxLength: 300 }),
        (adds) => {
          const sketch = new CountMin(createSketchMemory(16, 4));
          const exact = new Map<number, number>();
          for (const [n, amount] of adds) {
            sketch.add(...key(n), amount);
            exact.set(n, (exact.get(n) ?? 0) + amount);
          }
          for (const [n, sum] of exact)
            expect(sketch.estimate(...key(n))).toBeGreaterThanOrEqual(sum);
        },
      ),
    );
  });

  test("keeps to its bound", () => {
    const width = 4096;
    const sketch = new CountMin(createSketchMemory(width, 4));
    const keys = 50_000;
    for (let n = 0; n < keys; n++) sketch.add(...key(n), 1);
    let beyond = 0;
    for (let n = 0; n < keys; n++) {
      if (sketch.estimate(...key(n)) - 1 > (2 * keys) / width) beyond++;
    }
    expect(beyond / keys).toBeLessThan(2 ** -4);
    // Conservative update: far below what a plain sketch would say (about 12 a counter).
    expect(sketch.estimate(...key(keys + 1))).toBeLessThan(12);
  });

  test("halves what is old", () => {
    const sketch = new CountMin(createSketchMemory(64, 2));
    sketch.add(...key(1), 9);
    sketch.age();
    expect(sketch.estimate(...key(1))).toBe(4);
    for (let i = 0; i < 4; i++) sketch.age();
    expect(sketch.estimate(...key(1))).toBe(0);
  });

  test("takes widths that are powers of two alone", () => {
    expect(() => createSketchMemory(100, 2)).toThrow("power of two");
  });
});
