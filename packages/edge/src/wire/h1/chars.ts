/** Classes of bytes in HTTP/1 heads (RFC 9110, section 5.6.2; RFC 9112, section 2). */
export const TOKEN = 1;
/** Allowed in a field value: HTAB, SP, VCHAR, obs-text. */
export const VALUE = 2;
/** Allowed in a request target: VCHAR and, as browsers send them, bytes from 0x80. */
export const TARGET = 4;

export const CLASS = new Uint8Array(256);

for (let byte = 0x21; byte < 0x7f; byte++) CLASS[byte] = VALUE | TARGET;
for (let byte = 0x80; byte < 0x100; byte++) CLASS[byte] = VALUE | TARGET;
CLASS[0x09] = VALUE;
CLASS[0x20] = VALUE;
for (const char of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  CLASS[char.charCodeAt(0)] = TOKEN | VALUE | TARGET;
}

export const CR = 0x0d;
export const LF = 0x0a;
export const SP = 0x20;
export const HT = 0x09;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;

/** Value of a hexadecimal digit, or -1. */
export function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** True where all of `text` is a token: method names, protocol names. */
export function isToken(text: string): boolean {
  if (text.length === 0) return false;
  for (let i = 0; i < text.length; i++) {
    if (((CLASS[text.charCodeAt(i)] ?? 0) & TOKEN) === 0) return false;
  }
  return true;
}
