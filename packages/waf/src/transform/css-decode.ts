import { hexValue, isSpace, narrow } from "#transform/bytes.ts";

/**
 * Undoes CSS 2.x escapes: a backslash and one to six hexadecimal digits (the last two make the byte,
 * full-width forms become ASCII), with one white space after them taken too; a backslash and a line
 * end vanish; before any other character the backslash vanishes (reference manual, cssDecode).
 */
export function cssDecode(value: string): string {
  let at = value.indexOf("\\");
  if (at < 0) return value;
  let out = value.slice(0, at);
  while (at < value.length) {
    if (value.charCodeAt(at) !== 92) {
      out += value[at++];
      continue;
    }
    at++;
    let digits = 0;
    let code = 0;
    while (digits < 6) {
      const digit = hexValue(value.charCodeAt(at + digits));
      if (digit < 0) break;
      code = code * 16 + digit;
      digits++;
    }
    if (digits > 0) {
      out += String.fromCharCode(digits >= 4 ? narrow(code) : code & 255);
      at += digits;
      if (at < value.length && isSpace(value.charCodeAt(at))) at++;
    } else if (value.charCodeAt(at) === 10) at++;
    else if (at < value.length) out += value[at++];
  }
  return out;
}
