/*
 * Circuit breaker of one origin as a pure state machine (Nygard, Release It!, 2007): closed lets all
 * through, open nothing, half-open a few trials whose outcome decides.
 */

export interface BreakerRules {
  /** Failures in a row that open it; 0: never. */
  readonly consecutiveFailures: number;
  /** First pause in milliseconds; doubles with each failed trial up to `maxOpenMs`. */
  readonly openMs: number;
  readonly maxOpenMs: number;
  /** Trials let through at once, and successes that close it. */
  readonly trials: number;
}

export type Breaker =
  | { readonly kind: "closed"; readonly failures: number }
  | { readonly kind: "open"; readonly until: number; readonly pauseMs: number }
  | {
      readonly kind: "half_open";
      readonly pauseMs: number;
      /** Trials under way, and how many more must succeed. */
      readonly running: number;
      readonly missing: number;
    };

export type BreakerEvent =
  | "success"
  | "failure"
  /** A request goes out. Only while `admits` says so. */
  | "begin"
  /** A request ended without saying anything about the origin: its visitor left. */
  | "abandon"
  /** Something else judged the origin bad: the share of 5xx answers. */
  | "trip";

const CLOSED: Breaker = { kind: "closed", failures: 0 };

export function newBreaker(): Breaker {
  return CLOSED;
}

/** May a request go out now? */
export function admits(breaker: Breaker, rules: BreakerRules, now: number): boolean {
  switch (breaker.kind) {
    case "closed":
      return true;
    case "open":
      return now >= breaker.until;
    case "half_open":
      return breaker.running < Math.min(rules.trials, breaker.missing);
  }
}

/** The state after `event` at `now` (monotonic milliseconds). Answers the same object where nothing changed. */
export function stepBreaker(
  breaker: Breaker,
  rules: BreakerRules,
  event: BreakerEvent,
  now: number,
): Breaker {
  switch (breaker.kind) {
    case "closed":
      return stepClosed(breaker, rules, event, now);
    case "open":
      // What was under way when it opened says nothing new; only time does.
      if (event !== "begin" || now < breaker.until) return breaker;
      return { kind: "half_open", pauseMs: breaker.pauseMs, running: 1, missing: rules.trials };
    case "half_open":
      return stepHalfOpen(breaker, rules, event, now);
  }
}

function stepClosed(
  breaker: Breaker & { kind: "closed" },
  rules: BreakerRules,
  event: BreakerEvent,
  now: number,
): Breaker {
  switch (event) {
    case "begin":
    case "abandon":
      return breaker;
    case "success":
      return breaker.failures === 0 ? breaker : CLOSED;
    case "trip":
      return open(rules.openMs, now);
    case "failure": {
      const failures = breaker.failures + 1;
      const opens = rules.consecutiveFailures > 0 && failures >= rules.consecutiveFailures;
      return opens ? open(rules.openMs, now) : { kind: "closed", failures };
    }
  }
}

function stepHalfOpen(
  breaker: Breaker & { kind: "half_open" },
  rules: BreakerRules,
  event: BreakerEvent,
  now: number,
): Breaker {
  switch (event) {
    case "begin":
      return { ...breaker, running: breaker.running + 1 };
    case "abandon":
      return { ...breaker, running: Math.max(0, breaker.running - 1) };
    case "success": {
      const missing = breaker.missing - 1;
      return missing <= 0
        ? CLOSED
        : { ...breaker, missing, running: Math.max(0, breaker.running - 1) };
    }
    case "failure":
    case "trip":
      return open(Math.min(breaker.pauseMs * 2, rules.maxOpenMs), now);
  }
}

function open(pauseMs: number, now: number): Breaker {
  return { kind: "open", until: now + pauseMs, pauseMs };
}
