import { parseCidr, parseIp } from "@egide/std/ip.ts";
import type { Element, Literal, Span } from "#ast.ts";
import { type Cursor, isNameChar } from "#parse/cursor.ts";
import { type Reading, readString, startsString } from "#parse/string.ts";

/** True where a literal begins here, and neither a field nor a function. */
export function startsLiteral(cursor: Cursor): boolean {
  if (startsString(cursor)) return true;
  const run = literalRun(cursor);
  if (/^-?\d/.test(run) || run.startsWith(":")) return true;
  return run.includes(":") && parseIp(run) !== null;
}

export function readLiteral(cursor: Cursor, reading: Reading): Literal {
  const element = readElement(cursor, reading);
  switch (element.kind) {
    case "string":
    case "int":
    case "ip":
      return element;
    case "cidr":
      return cursor.fail(
        "a block of addresses is not compared, it contains",
        element.span.from,
        element.span.to,
        `in {${cursor.text.slice(element.span.from, element.span.to)}}`,
      );
    case "int range":
    case "ip range":
      return cursor.fail(
        "a range stands between braces only",
        element.span.from,
        element.span.to,
        `in {${cursor.text.slice(element.span.from, element.span.to)}}`,
      );
  }
}

/** A string, an integer, an address, and (where a set has them) a block or a range. */
export function readElement(cursor: Cursor, reading: Reading): Element {
  const from = cursor.at;
  if (startsString(cursor)) {
    const value = readString(cursor, reading);
    return { kind: "string", value, span: { from, to: cursor.at } };
  }
  const run = literalRun(cursor);
  const span: Span = { from, to: from + run.length };
  if (run === "") return wanted(cursor, from);
  cursor.at = span.to;
  const dots = run.indexOf("..");
  if (dots >= 0) return range(cursor, run.slice(0, dots), run.slice(dots + 2), span);
  const value = integer(run);
  if (value !== null) return { kind: "int", value: safe(cursor, value, span), span };
  if (parseIp(run) !== null) return { kind: "ip", value: run, span };
  if (run.includes("/") && parseCidr(run) !== null) return { kind: "cidr", value: run, span };
  return noLiteral(cursor, run, span);
}

function range(cursor: Cursor, first: string, last: string, span: Span): Element {
  const low = integer(first);
  const high = integer(last);
  if (low !== null && high !== null) {
    if (low > high) cursor.fail("this range ends before it begins", span.from, span.to);
    return {
      kind: "int range",
      low: safe(cursor, low, span),
      high: safe(cursor, high, span),
      span,
    };
  }
  const a = parseIp(first);
  const b = parseIp(last);
  if (a === null || b === null) return noLiteral(cursor, `${first}..${last}`, span);
  if (a.length !== b.length) {
    cursor.fail("a range is of one family: IPv4 or IPv6", span.from, span.to);
  }
  if (Buffer.compare(a, b) > 0) cursor.fail("this range ends before it begins", span.from, span.to);
  return { kind: "ip range", low: first, high: last, span };
}

/** Decimal or hexadecimal; null for anything else. */
function integer(text: string): number | null {
  if (/^-?(?:0|[1-9]\d*)$/.test(text)) return Number(text);
  return /^0x[0-9a-fA-F]+$/.test(text) ? Number(text) : null;
}

function safe(cursor: Cursor, value: number, span: Span): number {
  if (Number.isSafeInteger(value)) return value;
  return cursor.fail("this integer is beyond ±9007199254740991", span.from, span.to);
}

function noLiteral(cursor: Cursor, run: string, span: Span): never {
  if (/^-?0\d+$/.test(run)) {
    const plain = run.replace(/0+(?=\d)/, "");
    cursor.fail("an integer has no leading zero", span.from, span.to, plain);
  }
  if (run === "true" || run === "false") {
    const meant = "the field alone, or `not` and the field";
    cursor.fail(`a Boolean is not compared with \`${run}\``, span.from, span.to, meant);
  }
  if (/^[A-Za-z_]/.test(run)) {
    cursor.fail(`\`${run}\` is no value: strings stand in quotes`, span.from, span.to, `"${run}"`);
  }
  return cursor.fail(`\`${run}\` is neither an integer nor an address`, span.from, span.to);
}

function wanted(cursor: Cursor, from: number): never {
  if (cursor.peek() === "'") {
    cursor.fail("strings stand in double quotes", from, from + 1, '"');
  }
  if (cursor.peek() === ",") {
    cursor.fail("elements of a set are separated by spaces", from, from + 1, "leave the comma out");
  }
  return cursor.fail(`a value was expected, found ${cursor.found()}`, from);
}

/** The longest run of what integers, addresses and blocks are made of. */
function literalRun(cursor: Cursor): string {
  return cursor.run(
    (code) => isNameChar(code) || code === 0x2e || code === 0x3a || code === 0x2f || code === 0x2d,
  );
}
