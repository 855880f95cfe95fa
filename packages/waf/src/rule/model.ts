import type { Operator } from "#operator/operator.ts";
import type { Position } from "#parse/position.ts";
import type { Regex } from "#regex/regex.ts";
import type { Effect } from "#rule/effect.ts";
import type { Macro } from "#rule/macro.ts";
import type { VariableName } from "#rule/variables.ts";

export type Phase = 1 | 2 | 3 | 4 | 5;

/** What picks values out of a collection. */
export type Selector =
  | { readonly kind: "all" }
  /** Compared without regard to case. */
  | { readonly kind: "name"; readonly lower: string }
  | { readonly kind: "pattern"; readonly regex: Regex }
  | { readonly kind: "xpath"; readonly path: "/*" | "//@*" };

export interface Target {
  readonly variable: VariableName;
  readonly selector: Selector;
  readonly count: boolean;
}

/** What a rule looks at: everything that `include` picks and `exclude` does not. */
export interface TargetSet {
  readonly include: readonly Target[];
  readonly exclude: readonly Target[];
}

export type Disruption =
  | { readonly kind: "pass" | "deny" | "drop" }
  | { readonly kind: "allow"; readonly scope: "transaction" | "phase" | "request" }
  | { readonly kind: "redirect"; readonly to: Macro };

/** One rule, ready to run. The rules of a chain hang on the first through `next`. */
export interface Rule {
  readonly id: number;
  readonly phase: Phase;
  readonly position: Position;
  targets: TargetSet;
  /** Undefined for SecAction, which always matches. */
  readonly operator: Operator | undefined;
  readonly negated: boolean;
  /** Names of transformations in their order. */
  transforms: readonly string[];
  readonly multiMatch: boolean;
  readonly capture: boolean;
  disruption: Disruption;
  status: number;
  log: boolean;
  auditLog: boolean;
  msg: Macro | undefined;
  logData: Macro | undefined;
  tags: readonly Macro[];
  severity: number | undefined;
  version: string | undefined;
  revision: string | undefined;
  effects: readonly Effect[];
  readonly skip: number;
  readonly skipAfter: string | undefined;
  next: Rule | undefined;
}

/** What a phase is made of, in file order. */
export type Entry =
  | { readonly kind: "rule"; readonly rule: Rule }
  | { readonly kind: "marker"; readonly label: string };
