import type { Type } from "#type.ts";
import type { Missable } from "#value.ts";

/** A part of an expression, made ready to run. */
export interface Built<Subject> {
  readonly type: Type;
  /**
   * True after `[*]`: `run` gives an array, and `type` is what its elements are. What encloses it is
   * done for each element and gives an array.
   */
  readonly each: boolean;
  readonly run: (subject: Subject) => Missable;
}

/** A whole Boolean that is never missing. */
export type Test<Subject> = (subject: Subject) => boolean;
