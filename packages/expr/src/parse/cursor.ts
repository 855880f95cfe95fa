import { ExprError } from "#error.ts";

/** Walks over the text of an expression. Every error of the parser is made here. */
export class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The char at `at + ahead`, "" past the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead);
  }

  skipSpace(): void {
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x09 && code !== 0x0d) return;
    }
  }

  /** Takes `symbol` if it stands here. */
  take(symbol: string): boolean {
    if (!this.text.startsWith(symbol, this.at)) return false;
    this.at += symbol.length;
    return true;
  }

  /** The run of chars from here that `belongs` to accept; nothing is taken. */
  run(belongs: (code: number) => boolean, from = this.at): string {
    let end = from;
    while (end < this.text.length && belongs(this.text.charCodeAt(end))) end++;
    return this.text.slice(from, end);
  }

  /** The word of letters and underscores that starts here, "" where none does. */
  word(from = this.at): string {
    return this.run(isNameChar, from);
  }

  fail(message: string, from = this.at, to = from + 1, suggestion: string | null = null): never {
    throw new ExprError(message, this.text, from, to - from, suggestion);
  }

  /** What stands here, for "expected X, found Y". */
  found(): string {
    if (this.atEnd) return "the end of the expression";
    const word = this.word();
    return `\`${word === "" ? this.peek() : word}\``;
  }
}

export function isNameChar(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === 0x5f;
}

export function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
