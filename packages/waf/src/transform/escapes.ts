import { hexByte, isOctal, octalByte } from "#transform/bytes.ts";

/** What an escape stands for, and how many bytes write it. */
export interface Escape {
  text: string;
  length: number;
}

/** Letters behind a backslash that C and JavaScript share. */
export const letterEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** Replaces every backslash that has something behind it by what `read` says it stands for. */
export function undoEscapes(value: string, read: (value: string, at: number) => Escape): string {
  let at = value.indexOf("\\");
  if (at < 0) return value;
  let out = "";
  let from = 0;
  for (; at >= 0 && at + 1 < value.length; at = value.indexOf("\\", from)) {
    const { text, length } = read(value, at);
    out += value.slice(from, at) + text;
    from = at + length;
  }
  return out + value.slice(from);
}

/** `\xHH`, and up to three octal digits (to 377): read alike everywhere; undefined where neither stands. */
export function byteEscape(value: string, at: number): Escape | undefined {
  const code = value.charCodeAt(at + 1);
  if (isOctal(code)) {
    const { byte, length } = octalByte(value, at + 1);
    return { text: String.fromCharCode(byte), length: 1 + length };
  }
  const byte = code === 120 ? hexByte(value, at + 2) : -1;
  return byte < 0 ? undefined : { text: String.fromCharCode(byte), length: 4 };
}
