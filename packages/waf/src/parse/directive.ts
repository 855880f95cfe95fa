import { logicalLines } from "#parse/line.ts";
import type { Position } from "#parse/position.ts";
import { splitWords, type Word } from "#parse/word.ts";

/** A directive as written: its name and its arguments. */
export interface Directive {
  readonly name: Word;
  readonly args: readonly Word[];
  readonly position: Position;
}

/** Reads the directives of a file (a byte string: one char a byte), in order. */
export function parseFile(file: string, text: string): Directive[] {
  return logicalLines(file, text).flatMap((line) => {
    const [name, ...args] = splitWords(line);
    // A backslash alone on a line leaves nothing.
    return name === undefined ? [] : [{ name, args, position: name.positionAt() }];
  });
}
