import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { leastLoaded } from "#upstream/balance/least.ts";
import { buildRing, pickBounded } from "#upstream/balance/ring.ts";
import { slowStartWeight } from "#upstream/balance/slow-start.ts";
import { nextSmooth } from "#upstream/balance/smooth.ts";
import { Sticky } from "#upstream/balance/sticky.ts";

const hash = (text: string): number => Bun.hash.xxHash32(text, 7);
const weightsArbitrary = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 12 });
const counts = (n: number, picks: number[]): number[] => {
  const out = Array.from({ length: n }, () => 0);
  for (const pick of picks) out[pick] = (out[pick] as number) + 1;
  return out;
};

describe("smooth weighted round robin", () => {
  test("spreads a heavy origin's turns", () => {
    const credits = new Float64Array(3);
    const turns = Array.from({ length: 7 }, () => "abc"[nextSmooth(credits, [5, 1, 1])]);
    expect(turns.join("")).toBe("aabacaa");
  });

  test("property: over a whole cycle each origin gets exactly its weight", () => {
    fc.assert(
      fc.property(weightsArbitrary, (weights) => {
        const cycle = weights.reduce((sum, weight) => sum + weight, 0);
        const credits = new Float64Array(weights.length);
        const picks = Array.from({ length: cycle }, () => nextSmooth(credits, weights));
        expect(counts(weights.length, picks)).toEqual(weights);
        expect([...credits].every((credit) => credit === 0)).toBe(true);
        if (cycle === 0) expect(nextSmooth(credits, weights)).toBe(-1);
      }),
    );
  });
});

describe("least connections", () => {
  test("property: nobody else had a lower load", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(50), fc.nat(5)), { minLength: 1, maxLength: 10 }),
        fc.nat(20),
        (origins, from) => {
          const inFlight = origins.map(([flight]) => flight);
          const weights = origins.map(([, weight]) => weight);
          const pick = leastLoaded(inFlight, weights, from);
          if (weights.every((weight) => weight === 0)) return expect(pick).toBe(-1);
          const load = (i: number): number =>
            ((inFlight[i] as number) + 1) / (weights[i] as number);
          for (let i = 0; i < weights.length; i++) {
            if (weights[i] !== 0) expect(load(pick)).toBeLessThanOrEqual(load(i));
          }
        },
      ),
    );
  });

  test("idle origins take turns", () => {
    expect([0, 1, 2, 3].map((from) => leastLoaded([0, 0, 0], [1, 1, 1], from))).toEqual([
      0, 1, 2, 0,
    ]);
  });
});

describe("consistent hash with bounded load", () => {
  const names = ["a", "b", "c", "d", "e"];
  const even = names.map(() => 1);
  const ring = buildRing(names, even, hash);

  test("shares follow the weights", () => {
    const weights = [1, 2, 3];
    const weighted = buildRing(["x", "y", "z"], weights, hash);
    const picks = Array.from({ length: 30_000 }, (_, i) =>
      pickBounded(weighted, hash(`key ${i}`), [0, 0, 0], weights, 10),
    );
    const share = counts(3, picks).map((count) => count / 30_000);
    for (const [i, expected] of [1 / 6, 2 / 6, 3 / 6].entries()) {
      expect(Math.abs((share[i] as number) - expected)).toBeLessThan(0.08);
    }
  });

  test("an origin that goes moves only its own keys", () => {
    const without = [1, 1, 0, 1, 1];
    for (let i = 0; i < 2000; i++) {
      const key = hash(`visitor ${i}`);
      const before = pickBounded(ring, key, [0, 0, 0, 0, 0], even, 10);
      const after = pickBounded(ring, key, [0, 0, 0, 0, 0], without, 10);
      if (before !== 2) expect(after).toBe(before);
      else expect(after).not.toBe(2);
    }
  });

  test("one hot key can't put more than the bound on an origin", () => {
    const inFlight = [0, 0, 0, 0, 0];
    for (let n = 1; n <= 1000; n++) {
      const pick = pickBounded(ring, hash("hot"), inFlight, even, 1.25);
      inFlight[pick] = (inFlight[pick] as number) + 1;
      expect(Math.max(...inFlight)).toBeLessThanOrEqual(Math.ceil((1.25 * n) / 5));
    }
  });

  test("property: always finds an origin that has weight, and none without", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1000), fc.nat(3)), { minLength: 5, maxLength: 5 }),
        fc.nat(0xffff_ffff),
        (origins, key) => {
          const inFlight = origins.map(([flight]) => flight);
          const weights = origins.map(([, weight]) => weight);
          const pick = pickBounded(ring, key, inFlight, weights, 1.25);
          if (weights.every((weight) => weight === 0)) expect(pick).toBe(-1);
          else expect(weights[pick]).toBeGreaterThan(0);
        },
      ),
    );
  });
});

test("slow start grows from a tenth to the whole", () => {
  expect(slowStartWeight(10, 0, 1000)).toBe(1);
  expect(slowStartWeight(10, 500, 1000)).toBe(5);
  expect(slowStartWeight(10, 1000, 1000)).toBe(10);
  expect(slowStartWeight(10, 0, 0)).toBe(10);
});

describe("sticky cookie", () => {
  const options = { cookie: "egide_origin", maxAgeSeconds: 60, secret: "s3", zone: "example.org" };
  const sticky = new Sticky(options, ["one", "two"]);
  const value = (cookie: string): string => cookie.slice(0, cookie.indexOf(";"));

  test("leads back to the origin that it was set for", () => {
    const cookie = sticky.setCookie(1, "https");
    expect(cookie).toMatch(
      /^egide_origin=[A-Za-z0-9_-]{22}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=60; Secure$/,
    );
    expect(sticky.read(value(cookie))).toBe(1);
    expect(sticky.read(`a=b; ${value(cookie)}; c=d`)).toBe(1);
    expect(sticky.setCookie(0, "http")).not.toContain("Secure");
  });

  test("holds neither in another zone nor under another secret, and can't be made up", () => {
    const cookie = value(sticky.setCookie(0, "https"));
    for (const other of [{ zone: "example.net" }, { secret: "s4" }]) {
      expect(new Sticky({ ...options, ...other }, ["one", "two"]).read(cookie)).toBe(-1);
    }
    for (const text of ["", ";", "=", "egide_origin", "egide_origin=", "egide_origin=one", "x"]) {
      expect(sticky.read(text)).toBe(-1);
    }
    expect(sticky.read(`x${cookie}`)).toBe(-1);
  });

  test("property: any text is read without harm", () => {
    fc.assert(fc.property(fc.string(), (text) => expect(sticky.read(text)).toBe(-1)));
  });
});
