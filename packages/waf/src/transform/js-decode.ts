import { hexByte, isOctal, narrow } from "#transform/bytes.ts";

const simple: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * Undoes JavaScript escapes: `\xHH`, `\uHHHH` (low byte; full-width forms become ASCII), octal, and
 * the letters; before any other character the backslash vanishes (reference manual, jsDecode).
 */
export function jsDecode(value: string): string {
  let at = value.indexOf("\\");
  if (at < 0) return value;
  let out = value.slice(0, at);
  while (at < value.length) {
    if (value.charCodeAt(at) !== 92 || at + 1 >= value.length) {
      out += value[at++];
      continue;
    }
    const char = value[at + 1] as string;
    const high = hexByte(value, at + 2);
    const low = hexByte(value, at + 4);
    if (char === "u" && high >= 0 && low >= 0) {
      out += String.fromCharCode(narrow(high * 256 + low));
      at += 6;
    } else if (char === "x" && high >= 0) {
      out += String.fromCharCode(high);
      at += 4;
    } else if (isOctal(char.charCodeAt(0))) {
      let length = 1;
      while (length < 3 && isOctal(value.charCodeAt(at + 1 + length))) length++;
      // Three digits make a byte only up to 377.
      if (length === 3 && char > "3") length = 2;
      out += String.fromCharCode(Number.parseInt(value.slice(at + 1, at + 1 + length), 8));
      at += 1 + length;
    } else {
      out += simple[char] ?? char;
      at += 2;
    }
  }
  return out;
}
