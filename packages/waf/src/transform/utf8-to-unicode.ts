import { sequenceAt } from "#transform/utf8.ts";

/**
 * Turns each valid UTF-8 sequence of two bytes or more into `%uHHHH`; ASCII and invalid bytes stay
 * (reference manual, utf8toUnicode).
 */
export function utf8toUnicode(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  let out = "";
  let from = 0;
  for (let at = 0; at < value.length; ) {
    if (value.charCodeAt(at) < 0x80) {
      at++;
      continue;
    }
    const found = sequenceAt(value, at);
    if (found.length < 2) {
      at++;
      continue;
    }
    out += `${value.slice(from, at)}%u${found.code.toString(16).padStart(4, "0")}`;
    at += found.length;
    from = at;
  }
  return from === 0 ? value : out + value.slice(from);
}
