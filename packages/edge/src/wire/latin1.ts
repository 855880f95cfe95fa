/** Node's native codecs that the published types leave out; several times faster than `toString`. */
interface Native {
  latin1Write(text: string, offset: number): number;
  latin1Slice(start: number, end: number): string;
  utf8Write(text: string, offset: number): number;
}

/** Writes one byte a char; answers how many bytes were written. Chars above U+00FF are the caller's fault. */
export function writeLatin1(into: Buffer, text: string, at: number): number {
  return (into as unknown as Native).latin1Write(text, at);
}

/** Writes UTF-8; answers how many bytes were written. */
export function writeUtf8(into: Buffer, text: string, at: number): number {
  return (into as unknown as Native).utf8Write(text, at);
}

/** Bytes `start` to `end` as a string of one char a byte. `bytes` must be a Buffer. */
export function readLatin1(bytes: Uint8Array, start: number, end: number): string {
  return (bytes as unknown as Native).latin1Slice(start, end);
}

/** The same view with Buffer's methods; free where it is one already. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Up to here a loop is cheaper than a call out of the engine. */
const SHORT = 40;

/** Writes `text` at `at` and answers where it ends. There must be room. */
export function putLatin1(into: Buffer, text: string, at: number): number {
  const { length } = text;
  if (length > SHORT) return at + writeLatin1(into, text, at);
  for (let i = 0; i < length; i++) into[at + i] = text.charCodeAt(i);
  return at + length;
}

/** Copies all of `bytes` to `at` and answers where they end. There must be room. */
export function putBytes(into: Buffer, bytes: Buffer, at: number): number {
  const { length } = bytes;
  if (length > SHORT) into.set(bytes, at);
  else for (let i = 0; i < length; i++) into[at + i] = bytes[i] as number;
  return at + length;
}

/** What the longest of them takes. */
export const NUMBER_BYTES = 16;

/** Writes a whole number from 0 to 2^53 - 1 in decimal (16 bytes at most) and answers where it ends. */
export function putNumber(into: Buffer, value: number, at: number): number {
  let digits = 1;
  for (let bound = 10; bound <= value; bound *= 10) digits++;
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const tens = Math.floor(rest / 10);
    into[i] = 0x30 + (rest - tens * 10);
    rest = tens;
  }
  return at + digits;
}

/** Bytes that `name: value` lines for these fields take. */
export function fieldBytes(fields: readonly string[]): number {
  let bytes = fields.length * 2;
  for (let i = 0; i < fields.length; i++) bytes += (fields[i] as string).length;
  return bytes;
}

/** Writes a `name: value` line for each field. */
export function putFields(into: Buffer, fields: readonly string[], from: number): number {
  let at = from;
  for (let i = 0; i < fields.length; i += 2) {
    at = putLatin1(into, fields[i] as string, at);
    into[at++] = 0x3a;
    into[at++] = 0x20;
    at = putLatin1(into, fields[i + 1] as string, at);
    into[at++] = 0x0d;
    into[at++] = 0x0a;
  }
  return at;
}
