import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { distanceOf, ones } from "#match/pdq/bits.ts";
import { PdqIndex } from "#match/pdq/lookup.ts";

function stream(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function random(next: () => number): Uint32Array {
  return Uint32Array.from({ length: 8 }, next);
}

/** `hash` with exactly `bits` of its bits turned over. */
function changed(hash: Uint32Array, bits: number, next: () => number): Uint32Array {
  const out = hash.slice();
  const places = new Set<number>();
  while (places.size < bits) places.add(next() % 256);
  for (const place of places) out[place >> 5] = (out[place >> 5] as number) ^ (1 << (place & 31));
  return out;
}

describe("the index of hashes", () => {
  test("counts bits", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (n) => {
        expect(ones(n)).toBe(n.toString(2).replaceAll("0", "").length);
      }),
    );
  });

  test("finds what a comparison of all finds, whatever was added and removed", () => {
    const next = stream(7);
    const index = new PdqIndex();
    const all = new Map<number, Uint32Array>();
    const centres = Array.from({ length: 40 }, () => random(next));
    for (let id = 0; id < 12_000; id++) {
      const hash = changed(centres[id % 40] as Uint32Array, next() % 60, next);
      index.add(id, hash);
      all.set(id, hash);
      // A search now and then, so that sorted and unsorted parts take turns.
      if (id % 3000 === 2999) index.near(hash);
      if (id % 5 === 0) {
        const gone = next() % (id + 1);
        index.remove(gone);
        all.delete(gone);
      }
    }
    expect(index.size).toBe(all.size);
    let found = 0;
    for (const centre of centres) {
      const hash = changed(centre, next() % 20, next);
      const expected = [...all]
        .map(([id, other]) => ({ id, distance: distanceOf(hash, other) }))
        .filter(({ distance }) => distance <= 31);
      const mine = index.near(hash);
      found += mine.length;
      const byId = (a: { id: number }, b: { id: number }): number => a.id - b.id;
      expect([...mine].sort(byId)).toEqual(expected.sort(byId));
      expect(mine.map(({ distance }) => distance)).toEqual(
        mine.map(({ distance }) => distance).sort((a, b) => a - b),
      );
    }
    expect(found).toBeGreaterThan(1000);
  });

  test("a million hashes are searched far faster than one by one", () => {
    const next = stream(11);
    const index = new PdqIndex();
    const kept: Uint32Array[] = [];
    for (let id = 0; id < 1_000_000; id++) {
      const hash = random(next);
      if (id % 1000 === 0) kept.push(hash);
      index.add(id, hash);
    }
    const began = performance.now();
    index.near(kept[0] as Uint32Array);
    const sorted = performance.now();
    for (const [i, hash] of kept.entries()) {
      expect(index.near(changed(hash, 31, next))).toEqual([{ id: i * 1000, distance: 31 }]);
    }
    const each = (performance.now() - sorted) / kept.length;
    process.stdout.write(
      `1,000,000 hashes: sorted in ${Math.round(sorted - began)} ms, a search takes ${each.toFixed(3)} ms\n`,
    );
    // A comparison with all, on the same machine in the same minute, is the measure.
    const all = new Uint32Array(1_000_000 * 8);
    for (let i = 0; i < all.length; i++) all[i] = next();
    const one = kept[1] as Uint32Array;
    const scanned = performance.now();
    let sum = 0;
    for (let i = 0; i < all.length; i++) sum += ones((all[i] as number) ^ (one[i & 7] as number));
    const scan = performance.now() - scanned;
    expect(sum).toBeGreaterThan(0);
    expect(each).toBeLessThan(scan / 3);
  }, 60_000);
});
