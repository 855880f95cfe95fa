import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { KeyHash } from "#key.ts";

/** Published with the reference implementation: key 00…07, messages 00 01 02 … of length 0 to 15. */
const VECTORS = [
  "218d1f59b9b83cc8",
  "be552412f8387315",
  "064f39ef7c50eb57",
  "ce0f1a45f7060679",
  "d5e78a175be52ea1",
  "cb9d7c3f2f3db580",
  "ce3e91358aa2bc25",
  "ff202728b07bc684",
  "edfee820bce4858c",
  "5b51cccc13888307",
  "95b0469f06a6f2ee",
  "ae26333994ddcd48",
  "7bc71f9faef5c799",
  "5a2352d75a0c3744",
  "3bb1a870eae8e658",
  "217d0bcb4e81c902",
];

const KEY = Uint8Array.from({ length: 8 }, (_, i) => i);

function hashOf(feed: (hash: KeyHash) => void, key = KEY): string {
  const hash = new KeyHash(key);
  feed(hash.begin());
  hash.finish();
  return `${hash.lo} ${hash.hi}`;
}

describe("KeyHash", () => {
  test("is HalfSipHash-2-4", () => {
    const hash = new KeyHash(KEY);
    VECTORS.forEach((wanted, length) => {
      hash.begin();
      for (let at = 0; at + 4 <= length; at += 4) {
        hash.word(at | ((at + 1) << 8) | ((at + 2) << 16) | ((at + 3) << 24));
      }
      let last = length << 24;
      for (let i = length & ~3; i < length; i++) last |= i << (8 * (i & 3));
      hash.finish(last);
      const out = Buffer.alloc(8);
      out.writeInt32LE(hash.lo, 0);
      out.writeInt32LE(hash.hi, 4);
      expect(out.toString("hex")).toBe(wanted);
    });
  });

  test("tells fields apart that are joined alike", () => {
    const parts = fc.array(fc.string({ unit: "binary", maxLength: 9 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const one = hashOf((hash) => a.forEach((part) => hash.text(part)));
        const two = hashOf((hash) => b.forEach((part) => hash.text(part)));
        expect(one === two).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    expect(hashOf((hash) => hash.text("ab").text("c"))).not.toBe(
      hashOf((hash) => hash.text("a").text("bc")),
    );
  });

  test("text of wide characters does not meet by overlapping", () => {
    // As four bytes to a word both would be 0x6261 | 0x00620000…
    expect(hashOf((hash) => hash.text("\u6261\0"))).not.toBe(hashOf((hash) => hash.text("ab")));
    expect(hashOf((hash) => hash.text("\u0161b"))).not.toBe(hashOf((hash) => hash.text("\u0061c")));
  });

  test("depends on the secret, and every bit of it moves about half of the hash", () => {
    const base = new KeyHash(KEY);
    base.begin().text("192.0.2.1").finish();
    for (let bit = 0; bit < 64; bit++) {
      const other = KEY.slice();
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
      const hash = new KeyHash(other);
      hash.begin().text("192.0.2.1").finish();
      const moved = ones(hash.lo ^ base.lo) + ones(hash.hi ^ base.hi);
      expect(moved).toBeGreaterThan(12);
      expect(moved).toBeLessThan(52);
    }
  });

  test("spreads addresses that follow each other evenly", () => {
    const hash = new KeyHash(crypto.getRandomValues(new Uint8Array(8)));
    const buckets = new Int32Array(1024);
    for (let i = 0; i < 102_400; i++) {
      hash
        .begin()
        .text(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
        .finish();
      const at = (hash.lo >>> 0) % 1024;
      buckets[at] = (buckets[at] as number) + 1;
    }
    // Chi-squared with 1023 degrees of freedom: mean 1023, deviation 45.
    const chi = buckets.reduce((sum, n) => sum + (n - 100) ** 2 / 100, 0);
    expect(chi).toBeLessThan(1023 + 6 * 45);
  });
});

function ones(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}
