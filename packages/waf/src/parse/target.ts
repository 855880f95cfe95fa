import type { Word } from "#parse/word.ts";

/** One of a rule's targets, as written: `&ARGS`, `!REQUEST_COOKIES:/^_ga/`, `XML:/*`. */
export interface RawTarget {
  readonly exclude: boolean;
  readonly count: boolean;
  readonly variable: string;
  readonly selector: string | undefined;
  /** True where the selector was written between slashes (or quoted slashes). */
  readonly pattern: boolean;
  /** Where it stands in the word. */
  readonly index: number;
}

const namePattern = /([!&]*)([A-Za-z_][A-Za-z0-9_]*)/y;

/** Reads a list of targets, parted by `|` (a comma is taken too, as ModSecurity 2 does). */
export function parseTargets(word: Word): RawTarget[] {
  const { text } = word;
  const out: RawTarget[] = [];
  let at = 0;
  for (;;) {
    while (text[at] === " ") at++;
    const index = at;
    namePattern.lastIndex = at;
    const found = namePattern.exec(text);
    if (found === null) return word.fail("a variable's name is missing", at);
    const [all, marks = "", variable = ""] = found;
    if (marks.length > 1) word.fail(`the marks ${marks} can't be combined`, at);
    at += all.length;
    let selector: string | undefined;
    let pattern = false;
    if (text[at] === ":") {
      const read = readSelector(word, at + 1, variable.toUpperCase() === "XML");
      ({ selector, pattern } = read);
      at = read.end;
    }
    out.push({ exclude: marks === "!", count: marks === "&", variable, selector, pattern, index });
    while (text[at] === " ") at++;
    if (at >= text.length) return out;
    if (text[at] !== "|" && text[at] !== ",") word.fail("expected | between targets", at);
    at++;
  }
}

interface SelectorRead {
  readonly selector: string;
  readonly pattern: boolean;
  readonly end: number;
}

function readSelector(word: Word, start: number, xpath: boolean): SelectorRead {
  const { text } = word;
  const quoted = text[start] === "'";
  const from = quoted ? start + 1 : start;
  if (!xpath && text[from] === "/") {
    let at = from + 1;
    while (at < text.length && text[at] !== "/") at += text[at] === "\\" ? 2 : 1;
    if (at >= text.length) word.fail("regular expression without closing /", from);
    const selector = text.slice(from + 1, at).replaceAll("\\/", "/");
    if (quoted && text[at + 1] !== "'") word.fail("quote without end", start);
    return { selector, pattern: true, end: quoted ? at + 2 : at + 1 };
  }
  if (quoted) {
    const end = text.indexOf("'", from);
    if (end < 0) word.fail("quote without end", start);
    return { selector: text.slice(from, end), pattern: false, end: end + 1 };
  }
  let end = from;
  while (end < text.length && text[end] !== "|" && text[end] !== ",") end++;
  if (end === from) word.fail("the selector after : is missing", start);
  return { selector: text.slice(from, end).trimEnd(), pattern: false, end };
}
