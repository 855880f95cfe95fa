import { hexByte, isOctal, octalByte } from "#transform/bytes.ts";

const simple: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "?": "?",
  "'": "'",
  '"': '"',
};

/** Undoes ANSI C escapes; what is not a valid escape stays as it is (reference manual, escapeSeqDecode). */
export function escapeSeqDecode(value: string): string {
  let at = value.indexOf("\\");
  if (at < 0) return value;
  let out = value.slice(0, at);
  while (at < value.length) {
    if (value.charCodeAt(at) !== 92 || at + 1 >= value.length) {
      out += value[at++];
      continue;
    }
    const char = value[at + 1] as string;
    const known = simple[char];
    const byte = char === "x" ? hexByte(value, at + 2) : -1;
    if (known !== undefined) {
      out += known;
      at += 2;
    } else if (byte >= 0) {
      out += String.fromCharCode(byte);
      at += 4;
    } else if (isOctal(char.charCodeAt(0))) {
      const octal = octalByte(value, at + 1);
      out += String.fromCharCode(octal.byte);
      at += 1 + octal.length;
    } else {
      out += value.slice(at, at + 2);
      at += 2;
    }
  }
  return out;
}
