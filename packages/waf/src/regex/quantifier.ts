/** How often something repeats, and where what said so ends. */
export interface Quantifier {
  readonly min: number;
  /** Infinity where unbounded. */
  readonly max: number;
  readonly end: number;
}

const marks: Readonly<Record<string, readonly [number, number]>> = {
  "*": [0, Number.POSITIVE_INFINITY],
  "+": [1, Number.POSITIVE_INFINITY],
  "?": [0, 1],
};

/** Reads `*`, `+`, `?` or `{2,5}`; braces that are no counts stand for themselves, as in PCRE. */
export function readQuantifier(text: string, at: number): Quantifier | undefined {
  const mark = marks[text[at] ?? ""];
  if (mark !== undefined) return { min: mark[0], max: mark[1], end: at + 1 };
  if (text[at] !== "{") return undefined;
  const braces = /^\{(\d{1,6})(?:(,)(\d{0,6}))?\}/.exec(text.slice(at, at + 20));
  if (braces === null) return undefined;
  const min = Number(braces[1]);
  const open = braces[3] === "" ? Number.POSITIVE_INFINITY : Number(braces[3]);
  return { min, max: braces[2] === undefined ? min : open, end: at + braces[0].length };
}
