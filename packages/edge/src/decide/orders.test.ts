import { describe, expect, test } from "bun:test";
import { type Order, orderSchema } from "@egide/contract/order.ts";
import * as fc from "fast-check";
import { compileOrders, judgeOrders } from "#decide/orders.ts";
import type { Verdict } from "#verdict.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");

function order(over: Partial<Order>): Order {
  return orderSchema.parse({
    id: "o-1",
    zone: "example.org",
    measure: "block",
    publicReason: { en: "Because.", fr: "Parce que." },
    starts: "2026-06-01T00:00:00Z",
    issuer: "Test desk",
    reference: "T/1",
    ...over,
  });
}

function judge(orders: Order[], target = "/", country: string | null = null, now = NOW): Verdict {
  return judgeOrders(compileOrders(orders), "example.org", target, country, now);
}

const status = (verdict: Verdict): number | string =>
  verdict.kind === "deny" ? verdict.status : verdict.kind;

const LEGAL = { demandedBy: "A court", blockedBy: "https://operator.example/" };

describe("orders", () => {
  test("nothing is ordered: everything is allowed", () => {
    expect(status(judge([]))).toBe("allow");
    expect(status(judge([order({ zone: "other.example" })]))).toBe("allow");
  });

  test.each([
    ["block", 403],
    ["suspend", 403],
    ["end-service", 410],
    ["interstitial", "interstitial"],
  ] as const)("%s answers %p", (measure, expected) => {
    const verdict = judge([order({ measure })]);
    expect(status(verdict)).toBe(expected);
    expect(verdict).toHaveProperty("order", "o-1");
  });

  test("what law demands is 451 and names who carries it out", () => {
    expect(judge([order({ legal: LEGAL })])).toEqual({
      kind: "deny",
      status: 451,
      code: "order.legal",
      headers: ["Link", '<https://operator.example/>; rel="blocked-by"'],
      order: "o-1",
    });
    expect(status(judge([order({ measure: "end-service", legal: LEGAL })]))).toBe(451);
  });

  test("holds from its start up to its end, not a millisecond longer", () => {
    const orders = [order({ starts: "2026-06-01T12:00:00Z", ends: "2026-06-01T13:00:00+00:00" })];
    expect(status(judge(orders, "/", null, NOW - 1))).toBe("allow");
    expect(status(judge(orders, "/", null, NOW))).toBe(403);
    expect(status(judge(orders, "/", null, NOW + 3_599_999))).toBe(403);
    expect(status(judge(orders, "/", null, NOW + 3_600_000))).toBe("allow");
  });

  test("for some countries: others and the unknown pass", () => {
    const orders = [order({ countries: ["FR", "DE"] })];
    expect(status(judge(orders, "/", "FR"))).toBe(403);
    expect(status(judge(orders, "/", "BE"))).toBe("allow");
    expect(status(judge(orders, "/", null))).toBe("allow");
  });

  test("for some paths: the rest of the zone is served", () => {
    const orders = [order({ paths: ["/threads/7", "/media/*"] })];
    expect(status(judge(orders, "/threads/7?page=2"))).toBe(403);
    expect(status(judge(orders, "/media/a/b.png"))).toBe(403);
    expect(status(judge(orders, "/threads/8"))).toBe("allow");
  });

  const anyOrder = fc
    .record({
      measure: fc.constantFrom("block" as const, "interstitial", "suspend", "end-service"),
      legal: fc.boolean(),
      paths: fc.option(fc.constantFrom<string[]>(["/a"], ["/b*"]), { nil: null }),
      countries: fc.boolean(),
    })
    .map(({ measure, legal, paths, countries }) =>
      order({
        measure,
        ...(legal ? { legal: LEGAL } : {}),
        ...(paths === null ? {} : { paths }),
        ...(countries && (measure === "block" || measure === "interstitial")
          ? { countries: ["FR"] }
          : {}),
      }),
    );
  const request = fc.record({
    target: fc.constantFrom("/a", "/b", "/bb", "/c"),
    country: fc.constantFrom("FR", "BE", null),
  });
  const RANK = ["allow", "interstitial", 403, 410, 451];
  const rank = (verdict: Verdict): number => RANK.indexOf(status(verdict));

  test("of several orders the most severe holds, in whatever sequence they came", () => {
    fc.assert(
      fc.property(fc.array(anyOrder, { maxLength: 6 }), request, (orders, { target, country }) => {
        const alone = orders.map((one) => rank(judge([one], target, country)));
        const together = rank(judge(orders, target, country));
        expect(together).toBe(Math.max(0, ...alone));
        expect(rank(judge(orders.toReversed(), target, country))).toBe(together);
      }),
    );
  });

  test("one more order never makes a request freer", () => {
    fc.assert(
      fc.property(fc.array(anyOrder, { maxLength: 5 }), anyOrder, request, (orders, extra, r) => {
        const before = rank(judge(orders, r.target, r.country));
        expect(rank(judge([...orders, extra], r.target, r.country))).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});

describe("order schema", () => {
  test.each([
    ["ends before it starts", { ends: "2026-05-01T00:00:00Z" }],
    ["countries where they make no sense", { measure: "suspend" as const, countries: ["FR"] }],
    ["a path with a space", { paths: ["/a b"] }],
    ["a path that no request has after cleaning", { paths: ["/a/../b"] }],
    [
      "a header injected through the operator's address",
      { legal: { ...LEGAL, blockedBy: "https://x/\r\nSet-Cookie: a" } },
    ],
    ["an id that would leave the directory", { id: "../../etc/passwd" }],
  ])("refuses %s", (_name, over) => {
    expect(() => order(over)).toThrow();
  });
});
