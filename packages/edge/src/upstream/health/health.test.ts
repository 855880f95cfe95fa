import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  admits,
  type Breaker,
  type BreakerEvent,
  newBreaker,
  stepBreaker,
} from "#upstream/health/breaker.ts";
import { isExpected, type Probe, stepProbe, UNJUDGED } from "#upstream/health/probe.ts";
import { ErrorWindow } from "#upstream/health/window.ts";

const rules = { consecutiveFailures: 3, openMs: 1000, maxOpenMs: 4000, trials: 2 };

function run(events: readonly (BreakerEvent | number)[]): { breaker: Breaker; now: number } {
  let breaker = newBreaker();
  let now = 0;
  for (const event of events) {
    if (typeof event === "number") now += event;
    else breaker = stepBreaker(breaker, rules, event, now);
  }
  return { breaker, now };
}

describe("circuit breaker", () => {
  test("opens after failures in a row, and a success starts the count anew", () => {
    expect(run(["failure", "failure", "success", "failure", "failure"]).breaker).toEqual({
      kind: "closed",
      failures: 2,
    });
    expect(run(["failure", "failure", "failure"]).breaker).toEqual({
      kind: "open",
      until: 1000,
      pauseMs: 1000,
    });
  });

  test("lets nothing through while open, then a few trials, and closes when they succeed", () => {
    const { breaker } = run(["trip"]);
    expect(admits(breaker, rules, 999)).toBe(false);
    expect(admits(breaker, rules, 1000)).toBe(true);
    let half = stepBreaker(breaker, rules, "begin", 1000);
    expect(admits(half, rules, 1000)).toBe(true);
    half = stepBreaker(half, rules, "begin", 1000);
    expect(admits(half, rules, 1000)).toBe(false);
    half = stepBreaker(half, rules, "success", 1001);
    expect(half.kind).toBe("half_open");
    expect(stepBreaker(half, rules, "success", 1002)).toEqual({ kind: "closed", failures: 0 });
  });

  test("a trial that fails opens it for twice as long, up to the maximum", () => {
    const again: (BreakerEvent | number)[] = [];
    const pauses: number[] = [];
    for (const pause of [1000, 1000, 2000, 4000, 4000]) {
      again.push(
        ...(again.length === 0 ? (["trip"] as const) : ([pause, "begin", "failure"] as const)),
      );
      const { breaker } = run(again);
      pauses.push(breaker.kind === "open" ? breaker.pauseMs : -1);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 4000, 4000]);
  });

  test("a trial whose visitor left makes room for another", () => {
    const { breaker, now } = run(["trip", 1000, "begin", "begin", "abandon"]);
    expect(admits(breaker, rules, now)).toBe(true);
  });

  test("what was under way when it opened neither closes nor prolongs it", () => {
    const { breaker } = run(["trip"]);
    expect(stepBreaker(breaker, rules, "success", 10)).toBe(breaker);
    expect(stepBreaker(breaker, rules, "failure", 10)).toBe(breaker);
  });

  test("property: never more trials than allowed, never stuck, pauses bounded", () => {
    const step = fc.oneof(
      fc.constantFrom<BreakerEvent>("success", "failure", "abandon", "trip"),
      fc.constant<BreakerEvent>("begin"),
      fc.nat(3000),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let breaker = newBreaker();
        let now = 0;
        for (const event of steps) {
          if (typeof event === "number") {
            now += event;
            continue;
          }
          if (event === "begin" && !admits(breaker, rules, now)) continue;
          breaker = stepBreaker(breaker, rules, event, now);
          if (breaker.kind === "half_open") {
            expect(breaker.running).toBeLessThanOrEqual(rules.trials);
            expect(breaker.missing).toBeGreaterThan(0);
          }
          if (breaker.kind === "open") {
            expect(breaker.pauseMs).toBeLessThanOrEqual(rules.maxOpenMs);
            expect(admits(breaker, rules, breaker.until)).toBe(true);
          }
        }
        // Whatever happened: time, and visitors who leave, always let a trial through again.
        for (let i = 0; i < rules.trials; i++)
          breaker = stepBreaker(breaker, rules, "abandon", now);
        expect(admits(breaker, rules, now + rules.maxOpenMs)).toBe(true);
      }),
    );
  });
});

describe("active checks", () => {
  const probeRules = { rise: 2, fall: 3 };
  const after = (results: string): Probe =>
    results.split("").reduce((probe, r) => stepProbe(probe, probeRules, r === "+"), UNJUDGED);

  test.each([
    ["", true],
    ["-", false],
    ["+", true],
    ["+--", true],
    ["+---", false],
    ["+--+--", true],
    ["-+", false],
    ["-++", true],
    ["-+-+", false],
    ["-++---", false],
  ])("%p leaves it up: %p", (results, up) => {
    expect(after(results).up).toBe(up);
  });

  test("property: turns only after as many results in a row as the rules ask for", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 50 }), (results) => {
        let probe = UNJUDGED;
        results.forEach((good, i) => {
          const next = stepProbe(probe, probeRules, good);
          if (i > 0 && next.up !== probe.up) {
            const needed = good ? probeRules.rise : probeRules.fall;
            expect(results.slice(i + 1 - needed, i + 1).every((one) => one === good)).toBe(true);
          }
          probe = next;
        });
      }),
    );
  });

  test("expected statuses are single ones or ranges", () => {
    expect(isExpected(200, [[200, 399]])).toBe(true);
    expect(isExpected(399, [[200, 399]])).toBe(true);
    expect(isExpected(400, [[200, 399], 401])).toBe(false);
    expect(isExpected(401, [[200, 399], 401])).toBe(true);
  });
});

describe("window of server errors", () => {
  test("needs enough requests, and forgets", () => {
    const window = new ErrorWindow(10_000);
    for (let i = 0; i < 9; i++) window.record(true, 0);
    expect(window.exceeds(0.5, 10, 0)).toBe(false);
    window.record(false, 500);
    expect(window.exceeds(0.9, 10, 500)).toBe(true);
    expect(window.exceeds(0.91, 10, 500)).toBe(false);
    expect(window.exceeds(0.5, 1, 12_000)).toBe(false);
  });

  test("property: agrees with a list of what was seen", () => {
    const event = fc.record({ wait: fc.nat(1500), error: fc.boolean() });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const window = new ErrorWindow(1000);
        const seen: { bucket: number; error: boolean }[] = [];
        let now = 0;
        for (const { wait, error } of events) {
          now += wait;
          window.record(error, now);
          const bucket = Math.floor(now / 100);
          seen.push({ bucket, error });
          const recent = seen.filter((one) => one.bucket > bucket - 10);
          const share = recent.filter((one) => one.error).length / recent.length;
          expect(window.exceeds(0.5, 3, now)).toBe(recent.length >= 3 && share >= 0.5);
        }
      }),
    );
  });
});
