import { expect, test } from "bun:test";
import fc from "fast-check";
import { CodingChoice } from "#respond/compress/negotiate.ts";

const choice = CodingChoice.among(["br", "zstd", "gzip"]);

test.each([
  [undefined, null],
  ["", null],
  ["gzip", "gzip"],
  ["GZip", "gzip"],
  ["x-gzip", "gzip"],
  ["gzip, deflate, br, zstd", "br"],
  ["gzip;q=1, br;q=0.5", "gzip"],
  ["gzip; q=0.2 , zstd ; Q=0.8", "zstd"],
  ["br;q=0, *", "zstd"],
  ["*;q=0", null],
  ["gzip;q=0", null],
  ["gzip;q=0.000", null],
  ["identity", null],
  ["identity, gzip", "gzip"],
  ["gzip;q=0.5, identity", null],
  ["gzip;q=0.5, identity;q=0.5", "gzip"],
  ["deflate", null],
  ["gzip;q=2", null],
  ["gzip;q=x, br;q=0.1", "br"],
  ["gzip;level=1;q=0.9", "gzip"],
  [",,gzip,,", "gzip"],
] as const)("Accept-Encoding: %s → %p", (field, coding) => {
  expect(choice.choose(field)).toBe(coding);
  expect(choice.choose(field)).toBe(coding);
});

test("no field makes it throw, and what is chosen was named or starred", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), (field) => {
      const coding = choice.choose(field);
      if (coding !== null) expect(field.includes("*") || /br|zstd|gzip/i.test(field)).toBe(true);
    }),
  );
});
