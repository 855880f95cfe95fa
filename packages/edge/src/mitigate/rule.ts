import type { Alarm } from "#mitigate/alarm.ts";
import type { Found } from "#mitigate/search.ts";
import { type Signature, toExpression } from "#mitigate/signature.ts";
import type { Met } from "#mitigate/trial.ts";

/**
 * What a mitigation does to whom it means. `probe` sends them round once with a cookie; `challenge`
 * lets through whoever solves it; `throttle` lets each visitor through at a reader's pace; `block`
 * lets nobody through.
 */
export type Measure = "probe" | "challenge" | "throttle" | "block";

/** Why a rule was made, in figures that a person can check. */
export interface Evidence {
  readonly alarm: Exclude<Alarm, "none">;
  /** Requests a second that bore the signature, and those to be expected. */
  readonly rate: number;
  readonly expected: number;
  /** Share of the excess that the rule covers, and of ordinary traffic that it would meet. */
  readonly coverage: number;
  readonly collateral: number;
  /** Shares of the meant requests by visitors that behave like people, and like machines. */
  readonly people: number;
  readonly machines: number;
}

/** A rule that was written by the detection. Times are monotonic milliseconds. */
export interface Mitigation {
  readonly id: string;
  readonly zone: string;
  readonly signature: Signature;
  /** In the rules language; whom it holds for is meant. */
  readonly expression: string;
  readonly measure: Measure;
  /** Requests a second that pass in all where the measure is to throttle. */
  readonly pace: number;
  readonly evidence: Evidence;
  readonly made: number;
  /** Withdrawn then, unless requests still bear the signature. */
  readonly expires: number;
  /** How long it stays after the last of them. */
  readonly hold: number;
  /** Requests it stopped: a second lately, and in all. */
  readonly rate: number;
  readonly stopped: number;
}

/** What a rule is made from. */
export interface Grounds {
  readonly id: string;
  readonly zone: string;
  readonly found: Found;
  readonly met: Met;
  readonly measure: Measure;
  readonly alarm: Evidence["alarm"];
  /** Milliseconds that it stays after the last request it stops. */
  readonly hold: number;
  readonly now: number;
}

export function newRule({ id, zone, found, met, measure, alarm, hold, now }: Grounds): Mitigation {
  const { signature, rate, expected, coverage, collateral } = found;
  const { people, machines } = met;
  return {
    id,
    zone,
    signature,
    expression: toExpression(signature),
    measure,
    pace: paceFor(found),
    evidence: { alarm, rate, expected, coverage, collateral, people, machines },
    made: now,
    expires: now + hold,
    hold,
    rate,
    stopped: 0,
  };
}

/** Of a feed's readers, requests a second that pass in any case, and times the usual. */
const LEAST_PACE = 1;
const PACE_FACTOR = 2;
const HOLD_MS = 15_000;
const MOST_HOLD_MS = 60_000;
/** A rule that stops less than this, or than this share of what it was made for, is idle. */
const IDLE_RATE = 2;
const IDLE_SHARE = 0.02;
const RATE_MS = 1000;

/** How long the `times`th rule against the same thing is held: twice as long each time. */
export function holdMs(times: number): number {
  return Math.min(MOST_HOLD_MS, HOLD_MS * 2 ** Math.max(0, times - 1));
}

/** The rule after `ms` in which it stopped `stopped` requests. Idle ones run towards their expiry. */
export function upkeep(rule: Mitigation, now: number, ms: number, stopped: number): Mitigation {
  const share = Math.min(1, ms / RATE_MS);
  const rate = rule.rate + ((stopped * 1000) / ms - rule.rate) * share;
  const isBusy = rate >= Math.max(IDLE_RATE, rule.evidence.rate * IDLE_SHARE);
  const expires = isBusy ? Math.max(rule.expires, now + rule.hold) : rule.expires;
  return { ...rule, rate, expires, stopped: rule.stopped + stopped };
}

/** Requests a second that all whom a rule means may make together where it only slows them. */
function paceFor({ expected }: Found): number {
  return Math.max(LEAST_PACE, expected * PACE_FACTOR);
}
