import type { Type } from "#type.ts";
import type { Missable } from "#value.ts";

/**
 * What `compile(text, scheme)` of compile.ts gives: throws an ExprError (error.ts) with the place of
 * the mistake, or answers this.
 */
export interface Expression<Subject> extends FreeNames {
  readonly text: string;
  /** True where the expression holds. Never throws, needs no clean-up, keeps nothing of the subject. */
  readonly evaluate: (subject: Subject) => boolean;
}

/** What `compileValue(text, scheme)` gives: for targets, header values and keys of counters. */
export interface ValueExpression<Subject> extends FreeNames {
  readonly text: string;
  readonly type: Type;
  readonly evaluate: (subject: Subject) => Missable;
}

export interface FreeNames {
  /** Names of the fields that it reads, each once, in order of appearance. */
  readonly fields: readonly string[];
  /** Names of the lists that it asks. */
  readonly lists: readonly string[];
}
