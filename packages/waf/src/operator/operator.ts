import type { ByteSet } from "#regex/ast.ts";
import type { PatternMemory } from "#regex/facts.ts";
import type { Macro, MacroScope } from "#rule/macro.ts";

/** What an operator may ask of the transaction that runs it. */
export interface OperatorScope extends MacroScope {
  /** Says that a search stopped at its bound: the value could not be judged. */
  gaveUp(): void;
  /** Stores what is known of an address in GEO; false where nothing is. */
  locate(address: string): boolean;
  /** True where the block list (a DNS zone) names the address. Never waits. */
  listed(zone: string, value: string): boolean;
}

/** A compiled operator. Values are byte strings: one char a byte. */
export interface Operator {
  /** As in the registry, lower case. */
  readonly name: string;
  readonly argument: string;
  /** True where the result depends on the value alone, so that it may be kept and prefiltered. */
  readonly pure: boolean;
  /** Lower-case literals of which every matching value holds one (any case); undefined: unknown. */
  readonly literals?: readonly string[];
  /** Sets of bytes, without letters, of each of which every matching value holds one. */
  readonly needs?: readonly ByteSet[];
  /** The macro in the argument, where the result depends on the value and on it alone. */
  readonly macro?: Macro;
  /** The test on an integer, where the operator compares with a constant. */
  readonly compare?: (value: number) => boolean;
  test(value: string, scope: OperatorScope): boolean;
  /** True where none of several values matches, where asking once is cheaper than once for each. */
  noneOf?(values: readonly string[]): boolean;
  /** The matched text and groups for `capture`; asked only after a match. */
  captures?(value: string, scope: OperatorScope): readonly (string | undefined)[];
  /** Builds what a first search would have to. */
  warm?(): void;
}

/** What a factory may use while the rules are loaded. */
export interface OperatorLoad {
  /** Refuses the argument, at a place in it. */
  fail(problem: string, index?: number): never;
  /** The text of a data file that stands beside the rules; undefined where it was not handed in. */
  data(name: string): string | undefined;
  macro(source: string): Macro;
  readonly injection: InjectionDetector;
  readonly patterns: PatternMemory;
}

export type OperatorFactory = (argument: string, load: OperatorLoad) => Operator;

/** libinjection, as the operators need it. */
export interface InjectionDetector {
  /** The fingerprint of what looks like SQL injection; undefined where nothing does. */
  sqli(value: string): string | undefined;
  /** True only where `sqli` finds nothing in any of the values. */
  noSqli?(values: readonly string[]): boolean;
  xss(value: string): boolean;
}
