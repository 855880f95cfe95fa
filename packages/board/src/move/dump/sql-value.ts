/** A value of a dump: text and blobs alike are bytes, until somebody knows which they are. */
export type SqlValue = null | number | Uint8Array;

/** A value that was read, and where the dump goes on; null: its end has not come yet. */
export type ReadValue = { readonly value: SqlValue; readonly end: number } | null;

/** The dump does not say what a dump says. */
export class NotSql extends Error {}

const QUOTE = 39;
const DOUBLE = 34;
const BACKSLASH = 92;

/**
 * Reads one literal as mysqldump and phpMyAdmin write them: NULL, numbers, strings, `0x…`, `x'…'`,
 * `b'…'`, with or without a character set before it (MySQL 8.0 manual, section 11.1).
 */
export function readValue(bytes: Uint8Array, at: number, final: boolean): ReadValue {
  const first = bytes[at];
  if (first === undefined) return null;
  if (first === QUOTE || first === DOUBLE) return readString(bytes, at, final);
  if (first === 95) {
    // `_binary 'abc'`, `_utf8mb4 0xabc`: the consumer knows its columns better.
    const end = wordEnd(bytes, at);
    if (end >= bytes.length && !final) return null;
    let value = end;
    while (isSpace(bytes[value])) value += 1;
    if (value >= bytes.length) return final ? wrong("a character set without a value") : null;
    if (bytes[value] === 95) return wrong("two character sets");
    return readValue(bytes, value, final);
  }
  const next = bytes[at + 1];
  if (next === undefined && !final) return null;
  if (next === QUOTE && (first === 120 || first === 88)) return readQuotedDigits(bytes, at, 16);
  if (next === QUOTE && (first === 98 || first === 66)) return readQuotedDigits(bytes, at, 2);
  const end = wordEnd(bytes, at);
  if (end >= bytes.length && !final) return null;
  if (end === at) return wrong("a value that is none");
  const word = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString("latin1");
  if (/^null$/i.test(word)) return { value: null, end };
  if (/^true$/i.test(word)) return { value: 1, end };
  if (/^false$/i.test(word)) return { value: 0, end };
  if (/^0x(?:[0-9a-f]{2})*$/i.test(word)) return { value: fromHex(word.slice(2)), end };
  if (/^[+-]?\d*\.?\d+(?:e[+-]?\d+)?$|^[+-]?\d+\.$/i.test(word))
    return { value: Number(word), end };
  return wrong(`${word.slice(0, 40)} where a value should be`);
}

/** Escapes as in section 11.1.1 of the manual; a quote may be doubled too. */
function readString(bytes: Uint8Array, at: number, final: boolean): ReadValue {
  const quote = bytes[at] as number;
  let plain = true;
  let i = at + 1;
  for (; ; i++) {
    const byte = bytes[i];
    if (byte === undefined) return null;
    if (byte === BACKSLASH) {
      plain = false;
      i += 1;
    } else if (byte === quote) {
      const next = bytes[i + 1];
      if (next === undefined && !final) return null;
      if (next !== quote) break;
      plain = false;
      i += 1;
    }
  }
  const inside = bytes.subarray(at + 1, i);
  return { value: plain ? inside.slice() : unescaped(inside), end: i + 1 };
}

const ESCAPES = new Map([
  [48, 0],
  [98, 8],
  [110, 10],
  [114, 13],
  [116, 9],
  [90, 26],
]);

function unescaped(inside: Uint8Array): Uint8Array {
  const out = new Uint8Array(inside.length);
  let length = 0;
  for (let i = 0; i < inside.length; i++) {
    const byte = inside[i] as number;
    const next = inside[i + 1];
    if (byte === BACKSLASH && next !== undefined) {
      // `\%` and `\_` keep their backslash outside of patterns.
      if (next === 37 || next === 95) out[length++] = BACKSLASH;
      out[length++] = ESCAPES.get(next) ?? next;
      i += 1;
    } else {
      out[length++] = byte;
      // A quote inside is there twice.
      if ((byte === QUOTE || byte === DOUBLE) && next === byte) i += 1;
    }
  }
  return out.slice(0, length);
}

function readQuotedDigits(bytes: Uint8Array, at: number, base: 2 | 16): ReadValue {
  const end = bytes.indexOf(QUOTE, at + 2);
  if (end < 0) return null;
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset + at + 2, end - at - 2).toString(
    "latin1",
  );
  if (base === 16) {
    if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) return wrong("a blob that is not hexadecimal");
    return { value: fromHex(digits), end: end + 1 };
  }
  if (!/^[01]{1,53}$/.test(digits)) return wrong("bits that can't be read");
  return { value: Number.parseInt(digits, 2), end: end + 1 };
}

function fromHex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, "hex"));
}

/** Behind letters, digits, `_`, `.`, `+` and `-`. */
function wordEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  for (; ; end++) {
    const byte = bytes[end] ?? 0;
    const word =
      (byte >= 48 && byte <= 57) ||
      (byte >= 65 && byte <= 90) ||
      (byte >= 97 && byte <= 122) ||
      byte === 95 ||
      byte === 46 ||
      byte === 43 ||
      byte === 45;
    if (!word) return end;
  }
}

export function isSpace(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

function wrong(what: string): never {
  throw new NotSql(what);
}
