import type { Texts } from "@egide/web/locale.ts";

/**
 * `word`: whole words, also where they are dressed up with look-alike letters. `letters`: anywhere,
 * across spaces and signs too. `pattern`: a regular expression (RE2's, linear in time). `domain`: links
 * to a host or one below it.
 */
export const FILTER_KINDS = ["word", "letters", "pattern", "domain"] as const;
export type FilterKind = (typeof FILTER_KINDS)[number];

/** `replace` has no meaning for letters and domains: there it flags. */
export const FILTER_ACTIONS = ["refuse", "hold", "flag", "replace"] as const;
export type FilterAction = (typeof FILTER_ACTIONS)[number];

export type FilterField = "text" | "subject" | "name" | "filename";
export const FILTER_FIELDS: readonly FilterField[] = ["text", "subject", "name", "filename"];

/** One filter as staff wrote it. */
export interface FilterRule {
  readonly id: number;
  /** Null: of the whole instance. */
  readonly boardId: number | null;
  readonly kind: FilterKind;
  readonly pattern: string;
  /** Empty: all. */
  readonly fields: readonly FilterField[];
  readonly action: FilterAction;
  readonly replacement: string;
  /** What the poster is told instead of the common text; null: the common one. */
  readonly message: Texts | null;
}
