import type { Word } from "#parse/word.ts";

/** A rule's operator as written. */
export interface RawOperator {
  readonly negated: boolean;
  readonly name: string;
  readonly argument: string;
  /** Where the argument stands in the word. */
  readonly index: number;
}

/** Reads `!@name argument`; without `@name` it is a regular expression (reference manual, SecRule). */
export function parseOperator(word: Word): RawOperator {
  const found = /^(\s*)(!?)\s*(?:@([A-Za-z0-9_]+)(?:\s+|$))?/.exec(word.text) as RegExpExecArray;
  const [all, , mark, name] = found as unknown as [string, string, string, string | undefined];
  if (name === undefined && /^\s*!?\s*@/.test(word.text))
    word.fail("the operator's name is missing");
  const trimmed =
    name === undefined ? word.text.slice(all.length) : word.text.slice(all.length).trimEnd();
  return {
    negated: mark === "!",
    name: name ?? "rx",
    // A trailing space may be part of a regular expression; other arguments don't want it.
    argument: (name ?? "rx").toLowerCase() === "rx" ? word.text.slice(all.length) : trimmed,
    index: all.length,
  };
}
