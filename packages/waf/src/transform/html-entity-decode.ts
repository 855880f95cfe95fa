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
    out += value.slice(from, at);
    const found = value.charCodeAt(at + 1) === 35 ? numeric(value, at + 2) : name(value, at + 1);
    if (found === undefined) {
      out += "&";
      from = at + 1;
    } else {
      out += found.text;
      from = value.charCodeAt(found.end) === 59 ? found.end + 1 : found.end;
    }
    at = value.indexOf("&", from);
  }
  return out + value.slice(from);
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
  while (end < value.length && end - start < 8 && /[A-Za-z0-9]/.test(value[end] as string)) end++;
  const text = named[value.slice(start, end).toLowerCase()];
  return text === undefined ? undefined : { text, end };
}
