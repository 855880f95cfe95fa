import { hexByte, narrow } from "#transform/bytes.ts";
import { byteEscape, type Escape, letterEscapes, undoEscapes } from "#transform/escapes.ts";

/**
 * Undoes JavaScript escapes: `\xHH`, `\uHHHH` (low byte; full-width forms become ASCII), octal, and
 * the letters; before any other character the backslash vanishes (reference manual, jsDecode).
 */
export function jsDecode(value: string): string {
  return undoEscapes(value, read);
}

function read(value: string, at: number): Escape {
  const byte = byteEscape(value, at);
  if (byte !== undefined) return byte;
  const char = value[at + 1] as string;
  if (char === "u") {
    const high = hexByte(value, at + 2);
    const low = hexByte(value, at + 4);
    if (high >= 0 && low >= 0)
      return { text: String.fromCharCode(narrow(high * 256 + low)), length: 6 };
  }
  return { text: letterEscapes[char] ?? char, length: 2 };
}
