import type { LogicalOp, OrderOp, TextOp } from "#ast.ts";
import type { Cursor } from "#parse/cursor.ts";
import { nearest } from "#suggest.ts";

const SYMBOLS: readonly (readonly [string, OrderOp | TextOp])[] = [
  ["==", "eq"],
  ["!=", "ne"],
  ["<=", "le"],
  [">=", "ge"],
  ["<", "lt"],
  [">", "gt"],
  ["~", "matches"],
];

const WORDS = new Map<string, OrderOp | TextOp | "in">([
  ["eq", "eq"],
  ["ne", "ne"],
  ["lt", "lt"],
  ["le", "le"],
  ["gt", "gt"],
  ["ge", "ge"],
  ["contains", "contains"],
  ["wildcard", "wildcard"],
  ["matches", "matches"],
  ["in", "in"],
]);

const LOGICAL: readonly (readonly [LogicalOp, string])[] = [
  ["or", "||"],
  ["xor", "^^"],
  ["and", "&&"],
];

/** Words that no field may be called, since they would be read as something else. */
const LOGICAL_WORDS = ["and", "or", "xor", "not"];

/** The comparison that stands here, taken; null where there is none. */
export function takeComparison(cursor: Cursor): OrderOp | TextOp | "in" | null {
  for (const [symbol, op] of SYMBOLS) if (cursor.take(symbol)) return op;
  const from = cursor.at;
  if (cursor.peek() === "=") {
    cursor.fail("`=` is no operator", from, from + 1, "==");
  }
  const word = cursor.word();
  if (word === "strict") {
    cursor.at += word.length;
    cursor.skipSpace();
    const second = cursor.word();
    if (second !== "wildcard") {
      cursor.fail("`strict` stands before `wildcard` only", from, cursor.at, "strict wildcard");
    }
    cursor.at += second.length;
    return "strict wildcard";
  }
  const op = WORDS.get(word);
  if (op === undefined) {
    if (word !== "" && !LOGICAL_WORDS.includes(word)) noOperator(cursor, word);
    return null;
  }
  cursor.at += word.length;
  return op;
}

function noOperator(cursor: Cursor, word: string): never {
  const to = cursor.at + word.length;
  if (word === "starts_with" || word === "ends_with") {
    cursor.fail(`\`${word}\` is a function, not an operator`, cursor.at, to, `${word}(field, "…")`);
  }
  const lower = word.toLowerCase();
  const known = [...WORDS.keys(), ...LOGICAL_WORDS, "strict wildcard"];
  const meant = known.includes(lower) ? lower : nearest(lower, known);
  cursor.fail(`\`${word}\` is no operator`, cursor.at, to, meant);
}

/** Takes the logical operator `op`, as a word or as a symbol. */
export function takeLogical(cursor: Cursor, op: LogicalOp): boolean {
  const symbol = LOGICAL.find(([name]) => name === op)?.[1] as string;
  if (cursor.take(symbol)) return true;
  return takeWord(cursor, op);
}

export function takeNot(cursor: Cursor): boolean {
  if (cursor.peek() === "!" && cursor.peek(1) !== "=") return cursor.take("!");
  // A function or field could begin with these letters, hence the whole word.
  return takeWord(cursor, "not");
}

function takeWord(cursor: Cursor, word: string): boolean {
  if (cursor.word() !== word) return false;
  cursor.at += word.length;
  return true;
}
