import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { readControl, readRequestControl } from "./control.ts";
import { type Freshness, decide } from "./decide.ts";
import { ageValue, freshnessLifetime, initialAge } from "./freshness.ts";
import { formatHttpDate } from "./http-date.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const at = (seconds: number): string => formatHttpDate(NOW + seconds * 1000);
const heuristic = { fraction: 0.1, maxSeconds: 86_400 };

function lifetime(headers: string[], status = 200): { seconds: number; explicit: boolean } {
  const control = readControl(headers, ["cdn-cache-control"]);
  return freshnessLifetime(control, status, headers, NOW, heuristic);
}

describe("freshness lifetime", () => {
  const table: [string, string[], number, boolean][] = [
    ["nothing", [], 0, false],
    ["max-age", ["Cache-Control", "max-age=60"], 60, true],
    ["s-maxage over max-age", ["Cache-Control", "max-age=60, s-maxage=5"], 5, true],
    [
      "s-maxage over max-age, two fields",
      ["Cache-Control", "s-maxage=5", "cache-control", "max-age=9"],
      5,
      true,
    ],
    ["max-age over Expires", ["Cache-Control", "max-age=60", "Expires", at(-5)], 60, true],
    ["the shorter of two", ["Cache-Control", "max-age=60, max-age=5"], 5, true],
    ["quoted", ["Cache-Control", 'max-age="60"'], 60, true],
    ["inside of another's quotes", ["Cache-Control", 'x="max-age=60", max-age=1'], 1, true],
    ["leading zeros", ["Cache-Control", "max-age=0060"], 60, true],
    ["any case", ["cAcHe-CoNtRoL", "MaX-aGe=60"], 60, true],
    ["overflow", ["Cache-Control", "max-age=99999999999999999999"], 2_147_483_648, true],
    ["negative", ["Cache-Control", "max-age=-60"], 0, true],
    ["a fraction", ["Cache-Control", "max-age=60.5"], 0, true],
    ["letters", ["Cache-Control", "max-age=60a"], 0, true],
    ["single quotes", ["Cache-Control", "max-age='60'"], 0, true],
    ["space before =", ["Cache-Control", "max-age =60"], 0, false],
    ["space after =", ["Cache-Control", "max-age= 60"], 0, false],
    ["Expires", ["Expires", at(60), "Date", at(0)], 60, true],
    ["Expires and a slow Date", ["Expires", at(60), "Date", at(-40)], 100, true],
    ["Expires without Date", ["Expires", at(60)], 60, true],
    ["Expires in the past", ["Expires", at(-60), "Date", at(0)], 0, true],
    ["Expires: 0", ["Expires", "0", "Date", at(0)], 0, true],
    ["Expires twice", ["Expires", at(60), "Expires", at(60), "Date", at(0)], 0, true],
    ["Last-Modified", ["Last-Modified", at(-1000), "Date", at(0)], 100, false],
    ["Last-Modified long ago", ["Last-Modified", at(-1e9), "Date", at(0)], 86_400, false],
    ["Last-Modified to come", ["Last-Modified", at(1000), "Date", at(0)], 0, false],
    ["targeted", ["Cache-Control", "max-age=60", "CDN-Cache-Control", "max-age=5"], 5, true],
    ["targeted, Expires aside", ["Expires", at(60), "CDN-Cache-Control", "public"], 0, false],
    [
      "targeted, broken",
      ["Cache-Control", "max-age=60", "CDN-Cache-Control", "max-age=5,"],
      60,
      true,
    ],
    ["targeted, parameters", ["CDN-Cache-Control", "max-age=5;x=1"], 5, true],
    [
      "targeted, upper case is no key",
      ["Cache-Control", "max-age=6", "CDN-Cache-Control", "A"],
      6,
      true,
    ],
  ];
  for (const [name, headers, seconds, explicit] of table) {
    test(name, () => expect(lifetime(headers)).toEqual({ seconds, explicit }));
  }

  test("a status without heuristics, unless public", () => {
    const headers = ["Last-Modified", at(-1000), "Date", at(0)];
    expect(lifetime(headers, 403).seconds).toBe(0);
    expect(lifetime([...headers, "Cache-Control", "public"], 599).seconds).toBe(100);
  });
});

describe("age", () => {
  const table: [string, string[], number][] = [
    ["none", [], 0],
    ["plain", ["Age", "7"], 7],
    ["first of a list", ["Age", "7, 0"], 7],
    ["first of two fields", ["Age", "0", "Age", "7"], 0],
    ["negative", ["Age", "-7"], 0],
    ["a fraction", ["Age", "7.0"], 0],
    ["letters", ["Age", "abc"], 0],
    ["overflow", ["Age", "99999999999"], 2_147_483_648],
  ];
  for (const [name, headers, seconds] of table) {
    test(name, () => expect(ageValue(headers)).toBe(seconds));
  }

  test("arithmetic of RFC 9111, section 4.2.3", () => {
    // The response took 2 s, says it is 5 s old, and its Date is 9 s ago.
    expect(initialAge(["Age", "5", "Date", at(-9)], NOW - 2000, NOW)).toBe(9);
    expect(initialAge(["Age", "8", "Date", at(-9)], NOW - 2000, NOW)).toBe(10);
    expect(initialAge(["Date", at(9)], NOW - 2000, NOW)).toBe(2);
    expect(initialAge(["Date", "foo"], NOW, NOW)).toBe(0);
  });
});

test("request directives", () => {
  const read = (...headers: string[]) => readRequestControl(headers);
  expect(read("Pragma", "no-cache").noCache).toBe(true);
  expect(read("Pragma", "no-cache", "Cache-Control", "max-age=1").noCache).toBe(false);
  expect(read("Cache-Control", "max-stale").maxStale).toBe(2_147_483_648);
  expect(read("Cache-Control", "max-stale=3, min-fresh=4, only-if-cached")).toMatchObject({
    maxStale: 3,
    minFresh: 4,
    onlyIfCached: true,
  });
});

/**
 * The rules of RFC 9111 once more, as a list of reasons why a stored response may not be served
 * without asking; the decision must agree with it, whatever it is given.
 */
function reasonsAgainst(
  stored: Freshness,
  age: number,
  request: {
    noCache: boolean;
    noStore: boolean;
    maxAge: number;
    minFresh: number;
    maxStale: number;
  },
): string[] {
  const reasons: string[] = [];
  const stale = age >= stored.lifetime;
  if (stored.noCache) reasons.push("5.2.2.4 no-cache");
  if (request.noCache) reasons.push("5.2.1.4 no-cache");
  if (request.noStore) reasons.push("5.2.1.5 no-store");
  if (stale && stored.mustRevalidate) reasons.push("5.2.2.2 must-revalidate");
  const window = age - stored.lifetime < stored.staleWhileRevalidate;
  const tolerated = request.maxStale >= 0 && age - stored.lifetime <= request.maxStale;
  if (stale && !tolerated && !window) reasons.push("4.2.4 stale");
  const short = request.minFresh >= 0 && stored.lifetime - age < request.minFresh;
  if (short) reasons.push("5.2.1.3 min-fresh");
  const slack = request.maxStale >= 0 ? request.maxStale : 0;
  const old = request.maxAge >= 0 && age > request.maxAge + slack;
  if (old && (stale || !stored.immutable)) reasons.push("5.2.1.1 max-age");
  return reasons;
}

test("no decision to serve breaks a rule, and no rule is invented", () => {
  const seconds = fc.integer({ min: 0, max: 20 });
  const maybe = fc.oneof(fc.constant(-1), seconds);
  fc.assert(
    fc.property(
      fc.record({
        lifetime: seconds,
        noCache: fc.boolean(),
        mustRevalidate: fc.boolean(),
        immutable: fc.boolean(),
        staleWhileRevalidate: seconds,
      }),
      seconds,
      fc.record({
        noCache: fc.boolean(),
        noStore: fc.constant(false),
        onlyIfCached: fc.constant(false),
        maxAge: maybe,
        minFresh: maybe,
        maxStale: maybe,
      }),
      (stored, age, request) => {
        const decision = decide(stored, age, request);
        const reasons = reasonsAgainst(stored, age, request);
        if (decision !== "validate") expect(reasons).toEqual([]);
        if (decision === "fresh") expect(age).toBeLessThan(stored.lifetime);
        if (decision === "refresh")
          expect(age - stored.lifetime).toBeLessThan(stored.staleWhileRevalidate);
        // What is fresh and asked for without conditions needs no reason to be served.
        const plain = request.maxAge < 0 && request.minFresh < 0 && request.maxStale < 0;
        if (plain && reasons.length === 0) expect(decision).not.toBe("validate");
      },
    ),
    { numRuns: 5000 },
  );
});
