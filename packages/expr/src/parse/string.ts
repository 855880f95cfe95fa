import type { Cursor } from "#parse/cursor.ts";

/** What a quoted string is read as; raw strings are the same everywhere. */
export type Reading = "plain" | "pattern";

const encoder = new TextEncoder();

/** UTF-8 of a text, one char a byte. */
export function toBytes(text: string): string {
  // oxlint-disable-next-line no-control-regex -- bytes below 0x80 are what is looked for
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return Buffer.from(encoder.encode(text)).toString("latin1");
}

export function startsString(cursor: Cursor): boolean {
  const first = cursor.peek();
  if (first === '"') return true;
  return first === "r" && (cursor.peek(1) === '"' || cursor.peek(1) === "#");
}

/**
 * `"…"` or `r#"…"#`. In a pattern (right of `matches`) only `\"` is undone, since every other
 * backslash is the pattern's own; elsewhere `\"`, `\\`, `\xHH` and three octal digits are bytes.
 */
export function readString(cursor: Cursor, reading: Reading): string {
  if (cursor.peek() === "r") return readRaw(cursor);
  const from = cursor.at++;
  let out = "";
  for (;;) {
    if (cursor.atEnd) cursor.fail("this string has no closing quote", from, cursor.at);
    const char = cursor.peek();
    if (char === '"') break;
    if (char !== "\\") {
      const start = cursor.at;
      while (!cursor.atEnd && cursor.peek() !== '"' && cursor.peek() !== "\\") cursor.at++;
      out += toBytes(cursor.text.slice(start, cursor.at));
    } else if (reading === "pattern") {
      const next = String.fromCodePoint(cursor.text.codePointAt(cursor.at + 1) ?? 0x5c);
      out += next === '"' ? '"' : `\\${toBytes(next)}`;
      cursor.at += 1 + next.length;
    } else out += readEscape(cursor);
  }
  cursor.at++;
  return out;
}

function readEscape(cursor: Cursor): string {
  const from = cursor.at;
  const next = cursor.peek(1);
  if (next === '"' || next === "\\") {
    cursor.at += 2;
    return next;
  }
  const hex = /^\\x([0-9a-fA-F]{2})/.exec(cursor.text.slice(from, from + 4))?.[1];
  const octal = /^\\([0-3][0-7]{2})/.exec(cursor.text.slice(from, from + 4))?.[1];
  if (hex === undefined && octal === undefined) {
    cursor.fail(
      `\`\\${next}\` is no escape: a string knows \\" \\\\ \\xHH and three octal digits`,
      from,
      from + 2,
      'write \\\\ for a backslash, or a raw string: r"…"',
    );
  }
  cursor.at += 4;
  return String.fromCharCode(
    hex === undefined ? Number.parseInt(octal as string, 8) : Number.parseInt(hex, 16),
  );
}

function readRaw(cursor: Cursor): string {
  const from = cursor.at++;
  let hashes = 0;
  while (cursor.peek() === "#" && hashes < 255) {
    hashes++;
    cursor.at++;
  }
  if (cursor.peek() !== '"') {
    cursor.fail('a raw string begins with r" or r#"', from, cursor.at + 1);
  }
  const start = cursor.at + 1;
  const closing = `"${"#".repeat(hashes)}`;
  const end = cursor.text.indexOf(closing, start);
  if (end < 0) cursor.fail(`this raw string is not closed by ${closing}`, from, cursor.text.length);
  cursor.at = end + closing.length;
  return toBytes(cursor.text.slice(start, end));
}
