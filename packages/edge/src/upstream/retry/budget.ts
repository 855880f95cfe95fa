/**
 * Budget for retries (Finagle's, in idea): every request puts `share` of a token in, every retry takes
 * one out, and `minPerSecond` tokens drip in by time so that a quiet zone can retry too. When an origin
 * is down altogether, retries can't add more than `share` to its load.
 */
export interface BudgetRules {
  readonly share: number;
  readonly minPerSecond: number;
}

export interface Budget {
  tokens: number;
  /** Monotonic milliseconds of the last drip. */
  at: number;
}

/** Seconds of saving that can be spent at once. */
const DEPTH_SECONDS = 10;
const MAX_SAVED = 1000;

export function newBudget(rules: BudgetRules, now: number): Budget {
  return { tokens: rules.minPerSecond, at: now };
}

/** A first attempt was made. Changes `budget` in place. */
export function deposit(budget: Budget, rules: BudgetRules): void {
  budget.tokens = Math.min(budget.tokens + rules.share, cap(rules));
}

/** Takes a token for a retry; false where there is none. Changes `budget` in place. */
export function withdraw(budget: Budget, rules: BudgetRules, now: number): boolean {
  const drip = (Math.max(0, now - budget.at) / 1000) * rules.minPerSecond;
  budget.tokens = Math.min(budget.tokens + drip, cap(rules));
  budget.at = now;
  if (budget.tokens < 1) return false;
  budget.tokens -= 1;
  return true;
}

function cap(rules: BudgetRules): number {
  return Math.max(rules.minPerSecond * DEPTH_SECONDS, rules.share * MAX_SAVED);
}
