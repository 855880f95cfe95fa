/** A bare item of RFC 8941 as far as cache directives need it; other types keep their kind alone. */
export type Item =
  | { readonly type: "integer"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "other" };

class Cursor {
  at = 0;
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  is(char: string): boolean {
    return this.text.charAt(this.at) === char;
  }
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return null;
    this.at += match[0].length;
    return match[0];
  }
}

// Sticky, and each a single class repeated: they cannot backtrack.
const KEY = /[a-z*][a-z0-9_\-.*]*/y;
const NUMBER = /-?[0-9]{1,15}/y;
const DECIMAL = /\.[0-9]{1,3}/y;
const STRING = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y;
const BYTES = /:[A-Za-z0-9+/=]*:/y;
const BOOLEAN = /\?[01]/y;

/**
 * Parses a Dictionary (RFC 8941, section 4.2.2); null where it fails, and then RFC 9213, section 2.1,
 * has the whole field ignored. Parameters are parsed and dropped: cache directives define none.
 */
export function parseDictionary(text: string): Map<string, Item> | null {
  const cursor = new Cursor(text.replace(/^ +/, "").replace(/ +$/, ""));
  const out = new Map<string, Item>();
  while (cursor.at < cursor.text.length) {
    const key = cursor.take(KEY);
    if (key === null) return null;
    let item: Item | null = { type: "boolean", value: true };
    if (cursor.is("=")) {
      cursor.at++;
      item = cursor.is("(") ? innerList(cursor) : bareItem(cursor);
    }
    if (item === null || !parameters(cursor)) return null;
    out.delete(key);
    out.set(key, item);
    blank(cursor);
    if (cursor.at >= cursor.text.length) return out;
    if (!cursor.is(",")) return null;
    cursor.at++;
    blank(cursor);
    if (cursor.at >= cursor.text.length) return null;
  }
  return out;
}

function blank(cursor: Cursor): void {
  while (cursor.is(" ") || cursor.is("\t")) cursor.at++;
}

function parameters(cursor: Cursor): boolean {
  while (cursor.is(";")) {
    cursor.at++;
    while (cursor.is(" ")) cursor.at++;
    if (cursor.take(KEY) === null) return false;
    if (!cursor.is("=")) continue;
    cursor.at++;
    if (bareItem(cursor) === null) return false;
  }
  return true;
}

function innerList(cursor: Cursor): Item | null {
  cursor.at++;
  for (;;) {
    while (cursor.is(" ")) cursor.at++;
    if (cursor.is(")")) {
      cursor.at++;
      return { type: "other" };
    }
    if (bareItem(cursor) === null || !parameters(cursor)) return null;
    if (!cursor.is(" ") && !cursor.is(")")) return null;
  }
}

function bareItem(cursor: Cursor): Item | null {
  if (cursor.is('"')) {
    const quoted = cursor.take(STRING);
    if (quoted === null) return null;
    return { type: "string", value: quoted.slice(1, -1).replaceAll(/\\(["\\])/g, "$1") };
  }
  if (cursor.is(":")) return cursor.take(BYTES) === null ? null : { type: "other" };
  if (cursor.is("?")) {
    const flag = cursor.take(BOOLEAN);
    return flag === null ? null : { type: "boolean", value: flag === "?1" };
  }
  const number = cursor.take(NUMBER);
  if (number !== null) {
    if (!cursor.is(".")) return { type: "integer", value: Number(number) };
    return cursor.take(DECIMAL) === null ? null : { type: "other" };
  }
  return cursor.take(TOKEN) === null ? null : { type: "other" };
}
