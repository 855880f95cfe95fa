import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { deposit, newBudget, withdraw } from "#upstream/retry/budget.ts";
import { afterFailure, isIdempotent, type Progress } from "#upstream/retry/policy.ts";

describe("retry budget", () => {
  test("a zone that is quiet can retry, one that fails altogether adds a share", () => {
    const rules = { share: 0.2, minPerSecond: 3 };
    const budget = newBudget(rules, 0);
    let retries = 0;
    for (let i = 0; i < 10_000; i++) {
      deposit(budget, rules);
      if (withdraw(budget, rules, i)) retries++;
    }
    // 10,000 requests in ten seconds: a fifth of them, the drip, and what was there at the start.
    expect(retries).toBeGreaterThan(1990);
    expect(retries).toBeLessThanOrEqual(2000 + 30 + 3);
  });

  test("property: retries never exceed share of requests, drip and the start", () => {
    const step = fc.oneof(fc.constantFrom("request", "retry"), fc.nat(5000));
    const rules = { share: 0.1, minPerSecond: 1 };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const budget = newBudget(rules, 0);
        let now = 0;
        let requests = 0;
        let retries = 0;
        for (const one of steps) {
          if (typeof one === "number") now += one;
          else if (one === "request") {
            deposit(budget, rules);
            requests++;
          } else if (withdraw(budget, rules, now)) retries++;
          expect(retries).toBeLessThanOrEqual(1 + requests * 0.1 + now / 1000 + 1e-6);
        }
      }),
    );
  });

  test("nothing at all where both are zero", () => {
    const rules = { share: 0, minPerSecond: 0 };
    const budget = newBudget(rules, 0);
    deposit(budget, rules);
    expect(withdraw(budget, rules, 1e9)).toBe(false);
  });
});

describe("what follows a failure", () => {
  test("idempotent are the methods that RFC 9110 names, spelt as it spells them", () => {
    expect(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"].every(isIdempotent)).toBe(true);
    expect(["POST", "PATCH", "get", "CONNECT", "LOCK", ""].some(isIdempotent)).toBe(false);
  });

  const all = { idempotent: true, replayable: true, mendable: true };

  test.each<[Progress, Partial<typeof all>, string]>([
    ["unsent", {}, "elsewhere"],
    ["unsent", { idempotent: false }, "elsewhere"],
    ["unsent", { mendable: false }, "no"],
    ["stale", {}, "fresh"],
    ["stale", { idempotent: false }, "no"],
    ["sent", {}, "elsewhere"],
    ["sent", { idempotent: false }, "no"],
    ["sent", { mendable: false }, "no"],
  ])("%s %p: %s", (progress, change, expected) => {
    expect(afterFailure({ progress, ...all, ...change })).toBe(expected as never);
  });

  test("property: what may have acted is never sent twice, nor what can't be replayed", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Progress>("unsent", "stale", "sent"),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (progress, idempotent, replayable, mendable) => {
          const next = afterFailure({ progress, idempotent, replayable, mendable });
          if (!replayable || (progress !== "unsent" && !idempotent)) expect(next).toBe("no");
        },
      ),
    );
  });
});
