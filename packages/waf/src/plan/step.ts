import type { Operator } from "#operator/operator.ts";
import type { Stage } from "#plan/stage.ts";
import type { Rule, Target } from "#rule/model.ts";
import type { VariableName } from "#rule/variables.ts";

/** A target with what can be looked up once for all. */
export interface PlannedTarget extends Target {
  /** The slot of a TX variable selected by name; -1 otherwise. */
  readonly slot: number;
  /** Number of the target without its exclusions. */
  readonly base: number;
  /** The exclusions that speak of this variable. */
  readonly exclude: readonly Target[];
  /** When its values may change: 0 never after the head, 1 with the request's body, 2 with the response. */
  readonly changes: 0 | 1 | 2;
}

/** The targets of one or more rules; equal ones are one object. */
export interface PlannedTargets {
  readonly index: number;
  readonly list: readonly PlannedTarget[];
  /** Nothing about it may be kept: some variable changes while rules run. */
  readonly volatile: boolean;
}

/** A rule as it runs. */
export interface Step {
  readonly rule: Rule;
  /** The first rule of the chain, which speaks for it. */
  readonly first: Rule;
  /** Number of the chain among all chains. */
  readonly index: number;
  /** Place of the chain in the plan, the same for its every rule. */
  readonly place: number;
  readonly operator: Operator | undefined;
  /** Number among the pure operators; -1 for the others. */
  readonly pure: number;
  readonly negated: boolean;
  readonly stage: Stage;
  /** Every stage from the raw value on, for multiMatch. */
  readonly stages: readonly Stage[];
  readonly targets: PlannedTargets;
  readonly next: Step | undefined;
  /** The slot where the one target is a TX variable by name, taken as it is; -1 otherwise. */
  readonly slot: number;
  /** The target counts (`&TX:name`). */
  readonly count: boolean;
  /**
   * Where open values say whether the rule can match: its place, a place behind all phases for a later
   * rule of a chain, -1 where values don't say.
   */
  readonly gate: number;
  /** Gates of the chain's later rules: the chain is not run where one of them is not open. */
  readonly guards: readonly number[];
  /** The place where the phase goes on after a match; -1: at the next step. */
  readonly jump: number;
  /** A pure operator over values that stay while the phase runs: known values can rule the step out. */
  readonly valued: boolean;
}

/** Known only with the response. */
export const responseVariables: ReadonlySet<VariableName> = new Set<VariableName>([
  "OUTBOUND_DATA_ERROR",
  "RESPONSE_BODY",
  "RESPONSE_CONTENT_LENGTH",
  "RESPONSE_CONTENT_TYPE",
  "RESPONSE_HEADERS",
  "RESPONSE_HEADERS_NAMES",
  "RESPONSE_PROTOCOL",
  "RESPONSE_STATUS",
  "STATUS_LINE",
]);

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
