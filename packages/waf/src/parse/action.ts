import type { Word } from "#parse/word.ts";

/** One action as written: `deny`, `id:1`, `setvar:'tx.a=+1'`. */
export interface RawAction {
  /** Lower case. */
  readonly name: string;
  readonly value: string | undefined;
  readonly word: Word;
  /** Where it stands in the word. */
  readonly index: number;
}

/** Reads a list of actions: names with values, parted by commas; a value may stand in single quotes. */
export function parseActions(word: Word): RawAction[] {
  const { text } = word;
  const out: RawAction[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && /[\s,]/.test(text[at] as string)) at++;
    if (at >= text.length) return out;
    const index = at;
    const found = /^[A-Za-z][A-Za-z0-9_]*/.exec(text.slice(at, at + 40));
    if (found === null) return word.fail("an action's name is missing", at);
    at += found[0].length;
    const name = found[0].toLowerCase();
    let value: string | undefined;
    while (text[at] === " ") at++;
    if (text[at] === ":") ({ value, at } = readValue(word, at + 1));
    while (at < text.length && /\s/.test(text[at] as string)) at++;
    if (at < text.length && text[at] !== ",") word.fail("expected , between actions", at);
    out.push({ name, value, word, index });
  }
}

function readValue(word: Word, start: number): { value: string; at: number } {
  const { text } = word;
  let at = start;
  while (text[at] === " ") at++;
  if (text[at] !== "'") {
    const end = text.indexOf(",", at);
    const stop = end < 0 ? text.length : end;
    return { value: text.slice(at, stop).trim(), at: stop };
  }
  let value = "";
  for (at++; at < text.length && text[at] !== "'"; at++) {
    if (text[at] === "\\" && text[at + 1] === "'") at++;
    value += text[at];
  }
  if (at >= text.length) word.fail("quote without end", start);
  return { value, at: at + 1 };
}
