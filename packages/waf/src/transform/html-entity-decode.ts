import { hexValue } from "#transform/bytes.ts";

const named: Readonly<Record<string, string>> = {
  quot: '"',
  amp: "&",
  lt: "<",
  gt: ">",
  nbsp: "\xa0",
};

/**
 * Decodes `&#xHH;`, `&#DD;` (the low byte of either) and `&quot; &amp; &lt; &gt; &nbsp;`. The
 * semicolon may be missing, as browsers accept (reference manual, htmlEntityDecode).
 */
export function htmlEntityDecode(value: string): string {
  let from = 0;
  let at = value.indexOf("&");
  if (at < 0) return value;
  let out = "";
  while (at >= 0) {
    const found = value.charCodeAt(at + 1) === 35 ? numeric(value, at + 2) : name(value, at + 1);
    let next = at + 1;
    if (found !== undefined) {
      out += value.slice(from, at) + found.text;
      next = value.charCodeAt(found.end) === 59 ? found.end + 1 : found.end;
      from = next;
    }
    at = value.indexOf("&", next);
  }
  return from === 0 ? value : out + value.slice(from);
}

interface Found {
  readonly text: string;
  readonly end: number;
}

function numeric(value: string, start: number): Found | undefined {
  const hex = (value.charCodeAt(start) | 32) === 120;
  const from = hex ? start + 1 : start;
  let at = from;
  let code = 0;
  for (; at < value.length; at++) {
    const digit = hexValue(value.charCodeAt(at));
    if (digit < 0 || (!hex && digit > 9)) break;
    code = (code * (hex ? 16 : 10) + digit) % 0x1000000;
  }
  return at === from ? undefined : { text: String.fromCharCode(code & 255), end: at };
}

function name(value: string, start: number): Found | undefined {
  let end = start;
  while (end < value.length && end - start < 8 && isAlphanumeric(value.charCodeAt(end))) end++;
  // The longest name has four letters: most text behind an ampersand is none.
  if (end - start > 4 || end === start) return undefined;
  const text = named[value.slice(start, end).toLowerCase()];
  return text === undefined ? undefined : { text, end };
}

function isAlphanumeric(byte: number): boolean {
  const lower = byte | 32;
  return (lower >= 97 && lower <= 122) || (byte >= 48 && byte <= 57);
}
