import { addRange, type ByteSet, complement, emptySet } from "#regex/ast.ts";

function ranges(...pairs: readonly (readonly [number, number])[]): ByteSet {
  const set = emptySet();
  for (const [from, to] of pairs) addRange(set, from, to);
  return set;
}

const digit = ranges([48, 57]);
const word = ranges([48, 57], [65, 90], [95, 95], [97, 122]);
/** PCRE2's `\s` in the C locale: tab, LF, VT, FF, CR and space (pcre2pattern, "Generic character types"). */
const space = ranges([9, 13], [32, 32]);
const horizontal = ranges([9, 9], [32, 32], [160, 160]);
const vertical = ranges([10, 13], [133, 133]);

/** `\d`, `\W` and their kin (pcre2pattern, "Generic character types"). */
export const shorthand: Readonly<Record<string, ByteSet>> = {
  d: digit,
  D: complement(digit),
  w: word,
  W: complement(word),
  s: space,
  S: complement(space),
  h: horizontal,
  H: complement(horizontal),
  v: vertical,
  V: complement(vertical),
  N: complement(ranges([10, 10])),
};

/** `[:alpha:]` and its kin (pcre2pattern, "POSIX character classes"). */
export const posix: Readonly<Record<string, ByteSet>> = {
  alnum: ranges([48, 57], [65, 90], [97, 122]),
  alpha: ranges([65, 90], [97, 122]),
  ascii: ranges([0, 127]),
  blank: ranges([9, 9], [32, 32]),
  cntrl: ranges([0, 31], [127, 127]),
  digit,
  graph: ranges([33, 126]),
  lower: ranges([97, 122]),
  print: ranges([32, 126]),
  punct: ranges([33, 47], [58, 64], [91, 96], [123, 126]),
  space,
  upper: ranges([65, 90]),
  word,
  xdigit: ranges([48, 57], [65, 70], [97, 102]),
};

/** Escapes that stand for one byte. */
export const control: Readonly<Record<string, number>> = {
  a: 7,
  e: 27,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
};

export function isWordByte(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    byte === 95 ||
    (byte >= 97 && byte <= 122)
  );
}

/** In extended mode white space and comments don't count: where they end. */
export function skipExtended(text: string, at: number): number {
  if (text[at] !== "#") return /[ \t-\r]/.test(text[at] ?? "") ? at + 1 : at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}
