import type { Limiter } from "@egide/limit/limiter.ts";
import type { Counters } from "#decide/limits/counters.ts";
import type { ReadyLimit } from "#decide/limits/compile.ts";
import { note } from "#decide/rules/judge.ts";
import { type Facts, isAdmitted } from "#facts.ts";
import { viewOf } from "#fields/view.ts";
import type { OriginResponse, RawHeaders } from "#stream.ts";
import { ALLOW, type Verdict } from "#verdict.ts";

/** A counter that is to be charged once the request is over. */
export interface Charge {
  readonly rule: ReadyLimit;
  readonly lo: number;
  readonly hi: number;
}

/**
 * The rate limits of a zone, in order; the first that is passed decides (`log` only notes). Requests
 * are counted here; of what is only known afterwards it is asked here whether there is too much of it
 * already. Allocates nothing but for refusals and for what is charged afterwards.
 */
export function judgeLimits(
  rules: readonly ReadyLimit[],
  facts: Facts<unknown>,
  counters: Counters,
): Verdict {
  if (facts.skipped.limits) return ALLOW;
  const { hash, limiter, now } = counters;
  const time = now();
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as ReadyLimit;
    // Who passed a challenge is not asked again; the other limits hold for them as well.
    if (rule.action === "challenge" && isLetOff(rule, facts)) continue;
    if (rule.holds !== null && !rule.holds(viewOf(facts))) continue;
    hash.begin().word(rule.lo).word(rule.hi);
    for (let j = 0; j < rule.key.length; j++)
      (rule.key[j] as ReadyLimit["key"][number])(hash, facts);
    hash.finish();
    const { lo, hi } = hash;
    const wait = ask(limiter, rule, lo, hi, time);
    if (wait > 0) {
      note(facts, rule);
      if (rule.action !== "log") {
        // An answer of ours is not to count as an origin's.
        facts.charges = null;
        return verdictOf(rule, limiter, wait);
      }
    }
    if (rule.worth !== null) (facts.charges ??= []).push({ rule, lo, hi });
  }
  return ALLOW;
}

function isLetOff({ rule }: ReadyLimit, facts: Facts<unknown>): boolean {
  return facts.skipped.challenge || isAdmitted(facts, rule.mode);
}

/** Keeps the head of an answer for rules that count by it. */
export function seeAnswer(facts: Facts<unknown>, { status, headers }: OriginResponse): void {
  if (facts.charges === null) return;
  viewOf(facts).response = { status, headers: headers.slice() };
}

/** The request is over: counts what it was worth. `elapsed`: the clock that facts are taken by. */
export function chargeLimits(facts: Facts<unknown>, counters: Counters, elapsed: number): void {
  const { charges } = facts;
  if (charges === null) return;
  facts.charges = null;
  const time = counters.now();
  for (const { rule, lo, hi } of charges) {
    const amount = worth(rule, facts, elapsed);
    if (amount <= 0) continue;
    counters.limiter.charge(lo, hi, rule.limit, rule.period, rule.hold, amount, time);
  }
}

function ask(limiter: Limiter, rule: ReadyLimit, lo: number, hi: number, now: number): number {
  const { limit, period, hold } = rule;
  if (rule.action === "throttle") return limiter.take(lo, hi, period / limit, period, 1, now);
  return limiter.count(lo, hi, limit, period, hold, rule.worth === null ? 1 : 0, now);
}

function worth(rule: ReadyLimit, facts: Facts<unknown>, elapsed: number): number {
  const { exchange, originAsked, originAnswered } = facts;
  switch (rule.worth) {
    case "request":
      return originAsked >= 0 ? 1 : 0;
    case "bytes":
      return exchange.bytesIn + exchange.bytesOut;
    case "response":
      return isCounted(rule, facts) ? 1 : 0;
    case "originTime":
      if (originAsked < 0) return 0;
      return (originAnswered < 0 ? elapsed : originAnswered) - originAsked;
    case null:
      return 0;
  }
}

function isCounted({ statuses, counts }: ReadyLimit, facts: Facts<unknown>): boolean {
  // The visitor left before there was an answer: nobody's fault that can be counted.
  if (facts.status === 0) return false;
  if (statuses !== null && !statuses.has(facts.status)) return false;
  if (counts === null) return true;
  const view = viewOf(facts);
  view.response ??= { status: facts.status, headers: [] };
  return counts(view);
}

function verdictOf({ id, action, rule }: ReadyLimit, limiter: Limiter, wait: number): Verdict {
  switch (action) {
    case "challenge":
      return { kind: "challenge", rule: id, mode: rule.mode, code: "limit.challenge" };
    case "tarpit":
      return { kind: "tarpit", rule: id, seconds: rule.tarpitSeconds, code: "limit.tarpit" };
    case "block":
    case "throttle":
    case "log": {
      const headers: RawHeaders = ["Retry-After", String(Math.ceil(wait / 1000))];
      if (rule.headers) headers.push(...rateLimitFields(rule.id, rule.limit, rule.period, limiter));
      return { kind: "deny", status: rule.status, code: "limit.passed", headers, order: null };
    }
  }
}

/** draft-ietf-httpapi-ratelimit-headers-10: the policy, and where this visitor stands. */
function rateLimitFields(id: string, limit: number, period: number, limiter: Limiter): RawHeaders {
  const seconds = Math.max(1, Math.ceil(limiter.reset / 1000));
  return [
    "RateLimit-Policy",
    `"${id}";q=${Math.max(1, Math.floor(limit))};w=${Math.ceil(period)}`,
    "RateLimit",
    `"${id}";r=${limiter.remaining};t=${seconds}`,
  ];
}
