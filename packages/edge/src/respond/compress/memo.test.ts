import { describe, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { CodedMemo } from "#respond/compress/memo.ts";

const text = (word: string, times = 100): Buffer => Buffer.from(word.repeat(times));

describe("a memo of compressed bodies", () => {
  test("keeps what comes twice, and answers it from then on", () => {
    const memo = new CodedMemo(1_000_000);
    const first = memo.compress(1, "gzip", text("hello "));
    expect(memo.bytes).toBe(0);
    const second = memo.compress(1, "gzip", text("hello "));
    expect(memo.bytes).toBeGreaterThan(0);
    const third = memo.compress(1, "gzip", text("hello "));
    expect(memo.compress(1, "gzip", text("hello "))).toBe(third);
    for (const coded of [first, second, third]) {
      expect(gunzipSync(coded).toString()).toBe("hello ".repeat(100));
    }
  });

  test("keeps zones and codings apart", () => {
    const memo = new CodedMemo(1_000_000);
    for (let i = 0; i < 3; i++) memo.compress(1, "gzip", text("hello "));
    const { bytes } = memo;
    memo.compress(2, "gzip", text("hello "));
    memo.compress(1, "br", text("hello "));
    expect(memo.bytes).toBe(bytes);
  });

  test("does not keep a body that it was only lent", () => {
    const memo = new CodedMemo(1_000_000);
    for (let i = 0; i < 3; i++) {
      const lent = text("hello ");
      memo.compress(1, "gzip", lent);
      lent.fill(0);
    }
    const coded = memo.compress(1, "gzip", text("hello "));
    expect(gunzipSync(coded).toString()).toBe("hello ".repeat(100));
  });

  test("never gives one body for another, and never grows beyond its bound", () => {
    const memo = new CodedMemo(20_000);
    const body = fc.tuple(fc.constantFrom("a", "b", "c", "d"), fc.integer({ min: 1, max: 400 }));
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 40 }), (bodies) => {
        for (const [word, times] of [...bodies, ...bodies, ...bodies]) {
          const coded = memo.compress(1, "gzip", text(word, times));
          expect(gunzipSync(coded).toString()).toBe(word.repeat(times));
          expect(memo.bytes).toBeLessThanOrEqual(20_000);
        }
      }),
    );
  });
});
