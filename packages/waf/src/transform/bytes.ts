/** Value of an ASCII hexadecimal digit, or -1. */
export function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The byte that two hexadecimal digits at `at` write, or -1. */
export function hexByte(text: string, at: number): number {
  const high = hexValue(text.charCodeAt(at));
  const low = hexValue(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

export function isOctal(code: number): boolean {
  return code >= 48 && code <= 55;
}

/** C's isspace in the C locale. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** Up to three octal digits at `at`: the byte and how many digits wrote it. */
export function octalByte(text: string, at: number): { byte: number; length: number } {
  let length = 0;
  let byte = 0;
  while (length < 3 && isOctal(text.charCodeAt(at + length))) {
    const next = byte * 8 + text.charCodeAt(at + length) - 48;
    if (next > 255) break;
    byte = next;
    length++;
  }
  return { byte, length };
}

/**
 * The byte for a code point of four hexadecimal digits: its low byte, or for the full-width forms
 * U+FF01 to U+FF5E the ASCII character they show (reference manual, urlDecodeUni).
 */
export function narrow(code: number): number {
  const low = code & 255;
  return code >> 8 === 0xff && low > 0 && low < 0x5f ? low + 32 : low;
}
