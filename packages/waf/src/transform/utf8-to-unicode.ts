import { sequenceAt } from "#transform/utf8.ts";

/**
 * Turns each valid UTF-8 sequence of two bytes or more into `%uHHHH`; ASCII and invalid bytes stay
 * (reference manual, utf8toUnicode).
 */
export function utf8toUnicode(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  let out = "";
  let at = 0;
  while (at < value.length) {
    const found = sequenceAt(value, at);
    if (found.length < 2) {
      out += value[at++];
      continue;
    }
    out += `%u${found.code.toString(16).padStart(4, "0")}`;
    at += found.length;
  }
  return out;
}
