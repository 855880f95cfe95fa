/*
 * The little of DER (X.690) that a certificate is written in: tag, length, content.
 */

export type Der = Uint8Array;

export function der(tag: number, ...parts: readonly Uint8Array[]): Der {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const length = lengthBytes(size);
  const out = new Uint8Array(1 + length.length + size);
  out[0] = tag;
  out.set(length, 1);
  let at = 1 + length.length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const sequence = (...parts: readonly Der[]): Der => der(0x30, ...parts);
export const set = (...parts: readonly Der[]): Der => der(0x31, ...parts);
export const explicit = (tag: number, content: Der): Der => der(0xa0 | tag, content);
export const octets = (content: Uint8Array): Der => der(0x04, content);
export const bits = (content: Uint8Array, unused = 0): Der =>
  der(0x03, Uint8Array.of(unused), content);
export const utf8 = (text: string): Der => der(0x0c, new TextEncoder().encode(text));
export const truth = (): Der => der(0x01, Uint8Array.of(0xff));

/** A positive INTEGER, most significant byte first. */
export function integer(bytes: Uint8Array): Der {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from += 1;
  const short = bytes.subarray(from);
  // A leading bit set would make it negative.
  return (short[0] as number) >= 0x80 ? der(0x02, Uint8Array.of(0), short) : der(0x02, short);
}

export function oid(text: string): Der {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Uint8Array.from(bytes));
}

/** UTCTime up to 2049, GeneralizedTime after, as RFC 5280, section 4.1.2.5, wants it. */
export function time(ms: number): Der {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "");
  const isShort = new Date(ms).getUTCFullYear() < 2050;
  return der(isShort ? 0x17 : 0x18, new TextEncoder().encode(isShort ? digits.slice(2) : digits));
}

function lengthBytes(size: number): Uint8Array {
  if (size < 0x80) return Uint8Array.of(size);
  const bytes: number[] = [];
  for (let left = size; left > 0; left >>>= 8) bytes.unshift(left & 0xff);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
}
