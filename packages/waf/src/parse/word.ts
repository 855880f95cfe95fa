import type { LogicalLine } from "#parse/line.ts";
import { type Position, RuleError } from "#parse/position.ts";

/** One argument of a directive, without its quotes. */
export class Word {
  readonly text: string;
  readonly #line: LogicalLine;
  readonly #offset: number;
  /** Offsets (in the source) of the backslashes that unquoting took away. */
  readonly #dropped: readonly number[];

  constructor(text: string, line: LogicalLine, offset: number, dropped: readonly number[]) {
    this.text = text;
    this.#line = line;
    this.#offset = offset;
    this.#dropped = dropped;
  }

  positionAt(index = 0): Position {
    let offset = this.#offset + index;
    for (const dropped of this.#dropped) if (dropped <= offset) offset++;
    return this.#line.positionAt(offset);
  }

  fail(problem: string, index = 0): never {
    throw new RuleError(problem, this.positionAt(index));
  }
}

/**
 * Splits a directive into words: bare, in double quotes (where `\"` stands for a quote) or in single
 * quotes. Any other backslash stays, since it belongs to a regular expression.
 */
export function splitWords(line: LogicalLine): Word[] {
  const { text } = line;
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
    if (at >= text.length) return words;
    const quote = text[at];
    if (quote === '"' || quote === "'") {
      const { word, end } = quoted(line, at + 1, quote);
      at = end;
      words.push(word);
      if (at < text.length && !/\s/.test(text[at] as string)) {
        throw new RuleError("a space is missing after the closing quote", line.positionAt(at));
      }
      continue;
    }
    const start = at;
    while (at < text.length && !/\s/.test(text[at] as string)) at++;
    words.push(new Word(text.slice(start, at), line, start, []));
  }
}

function quoted(line: LogicalLine, start: number, quote: string): { word: Word; end: number } {
  const { text } = line;
  const dropped: number[] = [];
  let out = "";
  let at = start;
  for (; at < text.length && text[at] !== quote; at++) {
    if (text[at] === "\\" && text[at + 1] === quote) {
      dropped.push(at);
      at++;
    } else if (text[at] === "\\" && at + 1 < text.length) {
      // The pair stays together, so that `\\"` ends the word.
      out += text[at++];
    }
    out += text[at];
  }
  if (at >= text.length) throw new RuleError("quote without end", line.positionAt(start - 1));
  return { word: new Word(out, line, start, dropped), end: at + 1 };
}
