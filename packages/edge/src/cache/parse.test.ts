import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { eachDirective } from "./directives.ts";
import { parseTags, strongMatch, weakMatch } from "./etag.ts";
import { compileGlob } from "./glob.ts";
import { formatHttpDate, parseHttpDate } from "./http-date.ts";
import { parseContentRange, parseRange } from "./range.ts";
import { parseDictionary } from "./structured.ts";
import { preferredLanguage, varyKey, varyNames } from "./vary.ts";

const NOW = Date.UTC(2026, 0, 1);

describe("HTTP dates", () => {
  const moment = Date.UTC(1994, 10, 6, 8, 49, 37);
  for (const text of [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "SUN, 06 NOV 1994 08:49:37 gmt",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
  ]) {
    test(text, () => expect(parseHttpDate(text, NOW)).toBe(moment));
  }
  for (const text of [
    "",
    "0",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun 06 Nov 1994 08:49:37 GMT",
    "Sun, 06  Nov  1994 08:49:37 GMT",
    "Sun, 06-Nov-1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08.49.37 GMT",
    "Sun, 06 Nov 1994 8:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 25:49:37 GMT",
    "Xxx, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:49:37 GMT, x",
  ]) {
    test(`not: ${text}`, () => expect(parseHttpDate(text, NOW)).toBeNaN());
  }
  test("two digits of a year mean the nearest past beyond 50 years", () => {
    expect(parseHttpDate("Thursday, 18-Aug-50 02:01:18 GMT", NOW)).toBe(
      Date.UTC(2050, 7, 18, 2, 1, 18),
    );
    expect(parseHttpDate("Thursday, 18-Aug-77 02:01:18 GMT", NOW)).toBe(
      Date.UTC(1977, 7, 18, 2, 1, 18),
    );
  });
  test("what is formatted is read again; anything else never throws", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
        expect(parseHttpDate(formatHttpDate(seconds * 1000), NOW)).toBe(seconds * 1000);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseHttpDate(text, NOW)));
  });
});

describe("directives", () => {
  const read = (value: string): [string, string | null][] => {
    const out: [string, string | null][] = [];
    eachDirective(value, (name, argument) => out.push([name, argument]));
    return out;
  };
  test("tokens, arguments, quotes, junk", () => {
    expect(read('a, B=c,, d="e, \\"f", g="h"x, =i, j k, l')).toEqual([
      ["a", null],
      ["b", "c"],
      ["d", 'e, "f'],
      ["l", null],
    ]);
  });
  test("what is written is read again", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const argument = fc.option(fc.string({ maxLength: 12 }), { nil: null });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, argument)), (list) => {
        const text = list.map(([name, argument]) => {
          if (argument === null) return name;
          return `${name}="${argument.replaceAll(/["\\]/g, "\\$&")}"`;
        });
        expect(read(text.join(" , "))).toEqual(list);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void read(text)));
  });
});

test("structured dictionaries (RFC 8941)", () => {
  const keys = (text: string): string[] | null => {
    const dictionary = parseDictionary(text);
    return dictionary === null ? null : [...dictionary.keys()];
  };
  expect(parseDictionary("max-age=60;x=1, public, a=?0")?.get("max-age")).toEqual({
    type: "integer",
    value: 60,
  });
  expect(keys('a="x, \\"y", b=:AQI=:, c=(1 "2");q, d=1.5, e=tok/en')).toEqual([
    "a",
    "b",
    "c",
    "d",
    "e",
  ]);
  for (const bad of ["a,", "A", "a=", "a b", "a=1.", 'a="x', "a=?2", "a,,b", "a==1", "&"]) {
    expect(keys(bad)).toBeNull();
  }
  expect(keys("")).toEqual([]);
  fc.assert(fc.property(fc.string(), (text) => void parseDictionary(text)));
});

describe("ranges", () => {
  test("agree with slicing, for every range that is one", () => {
    const place = fc.option(fc.nat(20), { nil: null });
    fc.assert(
      fc.property(place, place, fc.integer({ min: 0, max: 15 }), (first, last, total) => {
        const ranges = parseRange(`bytes=${first ?? ""}-${last ?? ""}`, total);
        const neither = first === null && last === null;
        if (neither || (first !== null && last !== null && last < first)) {
          expect(ranges).toBeNull();
          return;
        }
        const all = Array.from({ length: total }, (_, i) => i);
        const expected =
          first === null
            ? last === 0
              ? []
              : all.slice(-(last as number))
            : all.slice(first, (last ?? 99) + 1);
        const got = (ranges ?? []).flatMap(({ from, to }) => all.slice(from, to));
        expect(got).toEqual(expected);
      }),
    );
  });
  test("many, overlapping or odd ones are ignored", () => {
    expect(
      parseRange(`bytes=${Array.from({ length: 17 }, (_, i) => `${i}-${i}`).join()}`, 100),
    ).toBeNull();
    expect(parseRange("bytes=0-5,3-9", 100)).toBeNull();
    expect(parseRange("bytes=0-1;x", 100)).toBeNull();
    expect(parseRange("bytes=", 100)).toBeNull();
    expect(parseRange("bytes=99999999999999999999-", 100)).toEqual([]);
  });
  test("Content-Range", () => {
    expect(parseContentRange("bytes 2-4/10")).toEqual({ from: 2, to: 5, total: 10 });
    for (const bad of [
      "bytes 4-2/10",
      "bytes 0-10/10",
      "bytes */10",
      "bytes 0-1/*",
      "2-4/10",
      "",
    ]) {
      expect(parseContentRange(bad)).toBeNull();
    }
  });
});

test("entity tags", () => {
  expect(parseTags('"a", W/"b,c" ,d')).toEqual(['"a"', 'W/"b,c"', "d"]);
  expect(parseTags("*")).toBeNull();
  expect(weakMatch('W/"a"', '"a"')).toBe(true);
  expect(strongMatch('W/"a"', 'W/"a"')).toBe(false);
  expect(strongMatch('"a"', '"a"')).toBe(true);
});

test("globs agree with the regular expression they stand for, in linear time", () => {
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
  fc.assert(
    fc.property(pattern, text, (pattern, text) => {
      const regex = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
      expect(compileGlob(pattern)(text)).toBe(regex.test(text));
    }),
    { numRuns: 2000 },
  );
  expect(compileGlob("a*".repeat(200))("a".repeat(100_000))).toBe(true);
});

describe("Vary", () => {
  const key = (name: string, ...values: string[]): string =>
    varyKey(
      [name],
      values.flatMap((value) => [name, value]),
    );
  test("names", () => {
    expect(varyNames(["Vary", "B, a", "vary", "A"])).toEqual(["a", "b"]);
    expect(varyNames(["Vary", "a", "Vary", "*"])).toBeNull();
    expect(varyNames(["Vary", " , "])).toEqual([]);
  });
  test("values are normalised where that changes no meaning", () => {
    expect(key("foo", "1,2")).toBe(key("foo", " 1", "2 "));
    expect(key("foo", "1,2")).not.toBe(key("foo", "2,1"));
    expect(key("foo")).not.toBe(key("foo", ""));
    expect(key("foo", "A")).not.toBe(key("foo", "a"));
    expect(key("accept-encoding", "gzip, BR;q=1.0")).toBe(key("accept-encoding", "br", "gzip"));
    expect(key("accept-encoding", "gzip;q=0.5, br")).not.toBe(key("accept-encoding", "gzip, br"));
    expect(key("accept-encoding", "br;q=0")).not.toBe(key("accept-encoding", "br"));
  });
  test("the one preferred language", () => {
    const language = (value: string): string => preferredLanguage(["Accept-Language", value]);
    expect(language("fr;q=0.5, DE")).toBe("de");
    expect(language("fr, de")).toBe("");
    expect(language("fr;q=0")).toBe("");
  });
});
