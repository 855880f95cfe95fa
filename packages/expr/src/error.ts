/** Where and why an expression is not one. Offsets count chars of the text. */
export class ExprError extends Error {
  readonly text: string;
  /** First char at fault, and how many are: at least 1, even at the end of the text. */
  readonly offset: number;
  readonly length: number;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  /** What was probably meant, or null. */
  readonly suggestion: string | null;

  constructor(
    message: string,
    text: string,
    offset: number,
    length: number,
    suggestion: string | null = null,
  ) {
    super(message);
    this.name = "ExprError";
    this.text = text;
    this.offset = offset;
    this.length = Math.max(1, length);
    const before = text.slice(0, offset);
    this.line = before.split("\n").length;
    this.column = offset - (before.lastIndexOf("\n") + 1) + 1;
    this.suggestion = suggestion;
  }
}
