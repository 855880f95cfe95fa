import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compile, compileValue } from "#compile/compile.ts";
import { parse } from "#parse/parse.ts";
import { MOST_CHARS } from "#limits.ts";
import { checkOne, checkText } from "#testing/fuzz.ts";
import type { Pick } from "#testing/grow.ts";
import { REQUEST, SAMPLE, type Sample } from "#testing/sample.ts";

/** Choices as a list of numbers: fast-check makes the list shorter and its numbers smaller. */
function pickFrom(tape: readonly number[]): Pick {
  let at = 0;
  return (most) => (most <= 0 ? 0 : (tape[at++] ?? 0) % most);
}

const tapes = fc.array(fc.nat({ max: 1000 }), { minLength: 8, maxLength: 120 });

describe("properties", () => {
  test("what is printed is read again, and runs as the plain interpreter says", () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        expect(checkOne(pickFrom(tape))).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  test("any text is refused at a place inside of it, or is an expression", () => {
    fc.assert(
      fc.property(tapes, (tape) => {
        expect(checkText(pickFrom(tape))).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  test("decoding until nothing is left is the same as decoding again and again", () => {
    const once = compileValue<Sample>('url_decode(http.host, "u")', REQUEST);
    const all = compileValue<Sample>('url_decode(http.host, "ur")', REQUEST);
    const piece = fc.constantFrom("%", "25", "2", "5", "+", "u", "00", "41", "%25", "%u0025", "x");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        let text = pieces.join("");
        const wanted = all.evaluate({ "http.host": text });
        for (let next = ""; next !== text; ) {
          next = text;
          text = once.evaluate({ "http.host": text }) as string;
        }
        expect(wanted).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("bounds", () => {
  test("on length, depth and the count of patterns", () => {
    const long = `http.host eq "${"a".repeat(MOST_CHARS)}"`;
    expect(() => parse(long)).toThrow("longer than");
    expect(() => parse(`${"not ".repeat(100)}ssl`)).toThrow("nested deeper");
    expect(() => parse(`${"lower(".repeat(100)}http.host${")".repeat(100)}`)).toThrow("nested");
    const many = Array.from({ length: 70 }, () => 'http.host matches "a"').join(" or ");
    expect(() => compile(many, REQUEST)).toThrow("more than 64 patterns");
    expect(() => compile(`http.host matches "${"a".repeat(3000)}"`, REQUEST)).toThrow(
      "longer than",
    );
  });

  test.each([
    ['http.host matches "(a*)*b"', "a"],
    ['http.host matches "(a|aa)+$"', "a"],
    ['http.host wildcard "*a*a*a*a*a*a*b"', "a"],
    ['url_decode(http.host, "r") eq "x"', "%25"],
    ['regex_replace(http.host, "(x+x+)+y", "") eq "x"', "x"],
    ['lookup_json_string(http.host, "a") eq "x"', "["],
    ['is_timed_hmac_valid_v0("k", http.host, 1, 1) or ssl', "1-"],
  ])("%s takes a hostile value in its stride", (text, piece) => {
    const { evaluate } = compile(text, REQUEST);
    const run = (bytes: number): number => {
      const sample = { ...SAMPLE, "http.host": piece.repeat(bytes / piece.length) };
      const started = performance.now();
      evaluate(sample);
      return performance.now() - started;
    };
    run(4000);
    // A quadratic engine would need minutes where it is not stopped.
    expect(run(60_000)).toBeLessThan(2000);
  });
});
