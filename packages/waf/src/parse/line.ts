import type { Position } from "#parse/position.ts";

/** A directive's text with its continuation lines joined, which still knows where each char stood. */
export class LogicalLine {
  readonly file: string;
  text = "";
  readonly #starts: { offset: number; line: number }[] = [];

  constructor(file: string) {
    this.file = file;
  }

  add(text: string, line: number): void {
    this.#starts.push({ offset: this.text.length, line });
    this.text += text;
  }

  positionAt(offset: number): Position {
    let start = this.#starts[0] as { offset: number; line: number };
    for (const next of this.#starts) {
      if (next.offset > offset) break;
      start = next;
    }
    return { file: this.file, line: start.line, column: offset - start.offset + 1 };
  }
}

/**
 * Cuts a file into directives: a backslash at a line's end joins the next line, `#` starts a comment
 * that ends with its line (a directive is never swallowed by the comment above it).
 */
export function logicalLines(file: string, text: string): LogicalLine[] {
  const out: LogicalLine[] = [];
  let open: LogicalLine | undefined;
  let number = 0;
  for (const raw of text.split("\n")) {
    number++;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (open === undefined) {
      const start = line.trimStart();
      if (start === "" || start.startsWith("#")) continue;
      open = new LogicalLine(file);
    }
    const continues = line.endsWith("\\");
    open.add(continues ? line.slice(0, -1) : line, number);
    if (continues) continue;
    out.push(open);
    open = undefined;
  }
  if (open !== undefined) out.push(open);
  return out;
}
