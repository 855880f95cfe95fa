import type { Operator } from "#operator/operator.ts";
import type { Stage } from "#plan/text.ts";
import type { Rule, Target } from "#rule/model.ts";
import type { VariableName } from "#rule/variables.ts";

/** A target with what can be looked up once for all. */
export interface PlannedTarget extends Target {
  /** The slot of a TX variable selected by name; -1 otherwise. */
  readonly slot: number;
  /** The exclusions that speak of this variable. */
  readonly exclude: readonly Target[];
}

/** The targets of one or more rules; equal ones are one object. */
export interface PlannedTargets {
  readonly index: number;
  readonly list: readonly PlannedTarget[];
  /** Nothing about it may be kept: some variable changes while rules run. */
  readonly volatile: boolean;
  /** All of it is known once the request's head is. */
  readonly headOnly: boolean;
}

/** A rule as it runs. */
export interface Step {
  readonly rule: Rule;
  /** The first rule of the chain, which speaks for it. */
  readonly first: Rule;
  /** Number of the chain among all chains. */
  readonly index: number;
  readonly operator: Operator | undefined;
  /** Number among the pure operators; -1 for the others. */
  readonly pure: number;
  readonly negated: boolean;
  readonly stage: Stage;
  /** Every stage from the raw value on, for multiMatch. */
  readonly stages: readonly Stage[];
  readonly targets: PlannedTargets;
  /** Number of the pair (targets, stage). */
  readonly batch: number;
  readonly next: Step | undefined;
  /** Where the phase goes on after a match; -1: at the next step. */
  readonly jump: number;
}

/** Known as soon as the request's head is, and the same from then on. */
export const headVariables: ReadonlySet<VariableName> = new Set<VariableName>([
  "ARGS_GET",
  "ARGS_GET_NAMES",
  "QUERY_STRING",
  "REMOTE_ADDR",
  "REMOTE_HOST",
  "REMOTE_PORT",
  "REQUEST_BASENAME",
  "REQUEST_COOKIES",
  "REQUEST_COOKIES_NAMES",
  "REQUEST_FILENAME",
  "REQUEST_HEADERS",
  "REQUEST_HEADERS_NAMES",
  "REQUEST_LINE",
  "REQUEST_METHOD",
  "REQUEST_PROTOCOL",
  "REQUEST_URI",
  "REQUEST_URI_RAW",
  "SERVER_ADDR",
  "SERVER_NAME",
  "SERVER_PORT",
  "UNIQUE_ID",
]);
