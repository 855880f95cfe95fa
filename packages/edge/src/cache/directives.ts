import type { RawHeaders } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";

/** A delta that is as good as forever: RFC 9111, section 1.2.2, caps at 2^31 where it overflows. */
export const FOREVER = 2_147_483_648;

/**
 * Digits alone, as delta-seconds wants them; -1 for anything else. Longer ones count as 2^31.
 */
export function deltaSeconds(text: string): number {
  if (text === "") return -1;
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i) - 48;
    if (!(c >= 0 && c <= 9)) return -1;
    n = Math.min(FOREVER, n * 10 + c);
  }
  return n;
}

/**
 * Walks `token [= token / quoted-string]` lists (RFC 9110, section 5.6.1). Names come in lower case,
 * quoted values without their quotes and escapes; a member that isn't of this form is skipped up to
 * the next comma outside of quotes.
 */
export function eachDirective(
  value: string,
  visit: (name: string, argument: string | null) => void,
): void {
  let i = 0;
  while (i < value.length) {
    const start = skipBlank(value, i);
    let end = start;
    while (end < value.length && isToken(value.charCodeAt(end))) end++;
    i = end;
    if (end === start) {
      i = skipMember(value, end);
      continue;
    }
    let argument: string | null = null;
    if (value[i] === "=") {
      if (value[i + 1] === '"') {
        const quoted = readQuoted(value, i + 1);
        argument = quoted.text;
        i = quoted.end;
      } else {
        const from = ++i;
        while (i < value.length && isToken(value.charCodeAt(i))) i++;
        argument = value.slice(from, i);
      }
    }
    const next = skipBlank(value, i);
    // `max-age =60` or `max-age=60.5/2`: not a directive that could be relied on.
    if (next >= value.length || value[next] === ",") {
      visit(value.slice(start, end).toLowerCase(), argument);
    }
    i = skipMember(value, i);
  }
}

function readQuoted(value: string, quote: number): { text: string; end: number } {
  let text = "";
  let i = quote + 1;
  for (; i < value.length && value[i] !== '"'; i++) {
    if (value[i] === "\\" && i + 1 < value.length) i++;
    text += value[i] as string;
  }
  return { text, end: i + 1 };
}

/** Index after the comma that ends the member which `i` is in. */
function skipMember(value: string, i: number): number {
  while (i < value.length && value[i] !== ",") {
    i = value[i] === '"' ? readQuoted(value, i).end : i + 1;
  }
  return i + 1;
}

function skipBlank(value: string, i: number): number {
  while (i < value.length && (value[i] === " " || value[i] === "\t")) i++;
  return i;
}

/** tchar of RFC 9110, section 5.6.2. */
function isToken(c: number): boolean {
  if (c >= 97 && c <= 122) return true;
  if (c >= 48 && c <= 57) return true;
  if (c >= 65 && c <= 90) return true;
  return c < 127 && "!#$%&'*+-.^_`|~".includes(String.fromCharCode(c));
}

/** Members of a comma-separated list of tokens in lower case, over all fields called `lower`. */
export function listMembers(headers: RawHeaders, lower: string): string[] {
  const out: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (!nameIs(headers[i] as string, lower)) continue;
    for (const member of (headers[i + 1] as string).split(",")) {
      const trimmed = member.trim();
      if (trimmed !== "") out.push(trimmed.toLowerCase());
    }
  }
  return out;
}
