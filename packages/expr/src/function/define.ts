import type { Literal } from "#ast.ts";
import type { Type } from "#type.ts";
import type { Missable } from "#value.ts";

/** What a function wants in one place. */
export interface Param {
  readonly name: string;
  /** Any of these. */
  readonly types: readonly ParamType[];
  /** `computed`: no literal, as Cloudflare asks of some; `literal`: only one. */
  readonly form?: "computed" | "literal";
  readonly optional?: true;
  /** The last one may be given several times. */
  readonly repeated?: true;
}

export type ParamType = "string" | "int" | "bool" | "ip" | "array" | "strings" | "bools" | "map";

/** One argument as it was written: its type, and its value where it is a literal. */
export interface Given {
  readonly type: Type;
  readonly literal: Literal | null;
}

/** Refuses the argument at `index` with a reason. */
export type Refuse = (index: number, message: string) => never;

export interface FunctionDefinition {
  readonly name: string;
  readonly about: string;
  readonly params: readonly Param[];
  /** True: a missing argument is handed over as undefined; else it makes the result missing. */
  readonly takesMissing?: true;
  readonly result: (given: readonly Given[]) => Type;
  /** Called once, when the expression is compiled: what can be prepared from literals is. */
  readonly make: (given: readonly Given[], refuse: Refuse) => Implementation;
}

/** Values are of the types that were checked; see `takesMissing`. */
// oxlint-disable-next-line typescript/no-explicit-any -- each implementation names the types that its params checked
export type Implementation = (...values: any[]) => Missable;

/** The literal at `index` as a string, undefined where the argument was left out. */
export function literalText(given: readonly Given[], index: number): string | undefined {
  const literal = given[index]?.literal;
  return literal?.kind === "string" ? literal.value : undefined;
}

export function literalInt(given: readonly Given[], index: number): number | undefined {
  const literal = given[index]?.literal;
  return literal?.kind === "int" ? literal.value : undefined;
}
