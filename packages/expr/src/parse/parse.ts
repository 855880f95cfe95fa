import type { Argument, Element, Index, LogicalOp, Node } from "#ast.ts";
import { MOST_CHARS, MOST_DEPTH } from "#limits.ts";
import { Cursor, isLetter, isNameChar } from "#parse/cursor.ts";
import { readElement, readLiteral, startsLiteral } from "#parse/literal.ts";
import { takeComparison, takeLogical, takeNot } from "#parse/operator.ts";
import { readString, startsString } from "#parse/string.ts";

/**
 * Reads an expression of Cloudflare's Rules language as its documentation describes it: operators,
 * values, lists, functions. Precedence: `not`, `and`, `xor`, `or`. Throws an ExprError.
 */
export function parse(text: string): Node {
  const cursor = begin(text);
  const node = new Parser(cursor).logical(LEVELS);
  end(cursor);
  return node;
}

/** As `parse`, but a literal alone is one too: what a redirect's target or a header's value may be. */
export function parseValue(text: string): Argument {
  const cursor = begin(text);
  const node = new Parser(cursor).argument();
  end(cursor);
  return node;
}

function begin(text: string): Cursor {
  const cursor = new Cursor(text);
  if (text.length > MOST_CHARS) {
    cursor.fail(`longer than ${MOST_CHARS} characters: move values into a list`, MOST_CHARS);
  }
  return cursor;
}

function end(cursor: Cursor): void {
  cursor.skipSpace();
  if (cursor.atEnd) return;
  if (cursor.peek() === ")") cursor.fail("this parenthesis closes nothing");
  cursor.fail(`expected \`and\`, \`or\` or the end, found ${cursor.found()}`);
}

/** The loosest first. */
const LEVELS: readonly LogicalOp[] = ["or", "xor", "and"];

class Parser {
  readonly #cursor: Cursor;
  #depth = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  logical(levels: readonly LogicalOp[]): Node {
    const [op, ...tighter] = levels;
    if (op === undefined) return this.#unary();
    const items = [this.logical(tighter)];
    for (;;) {
      this.#cursor.skipSpace();
      if (!takeLogical(this.#cursor, op)) break;
      items.push(this.logical(tighter));
    }
    if (items.length === 1) return items[0] as Node;
    return logicalNode(op, items);
  }

  #unary(): Node {
    const cursor = this.#cursor;
    cursor.skipSpace();
    const from = cursor.at;
    if (takeNot(cursor)) {
      const of = this.#deeper(() => this.#unary());
      return { kind: "not", of, span: { from, to: of.span.to } };
    }
    if (!cursor.take("(")) return this.#comparison();
    const inside = this.#deeper(() => this.logical(LEVELS));
    cursor.skipSpace();
    if (!cursor.take(")")) {
      if (!cursor.atEnd) cursor.fail(`expected \`)\`, found ${cursor.found()}`);
      cursor.fail("this parenthesis is never closed", from);
    }
    return inside;
  }

  #comparison(): Node {
    const cursor = this.#cursor;
    const left = this.#value();
    cursor.skipSpace();
    const op = takeComparison(cursor);
    if (op === null) return left;
    cursor.skipSpace();
    const { from } = left.span;
    if (op === "in") return this.#membership(left);
    const right = readLiteral(cursor, op === "matches" ? "pattern" : "plain");
    return { kind: "compare", op, left, right, span: { from, to: right.span.to } };
  }

  #membership(left: Node): Node {
    const cursor = this.#cursor;
    const { from } = left.span;
    if (cursor.take("$")) {
      const list = cursor.run((code) => isNameChar(code) || code === 0x2e);
      if (list === "") cursor.fail("the name of a list is missing after `$`");
      cursor.at += list.length;
      return { kind: "in list", left, list, span: { from, to: cursor.at } };
    }
    const open = cursor.at;
    if (!cursor.take("{")) {
      cursor.fail("`in` is followed by `{…}` or by `$` and the name of a list");
    }
    const set: Element[] = [];
    for (;;) {
      cursor.skipSpace();
      if (cursor.take("}")) break;
      if (cursor.atEnd) cursor.fail("this brace is never closed", open);
      set.push(readElement(cursor, "plain"));
    }
    if (set.length === 0) cursor.fail("an empty set contains nothing", open, cursor.at);
    return { kind: "in", left, set, span: { from, to: cursor.at } };
  }

  /** A field or a call, with its indexes. */
  #value(): Node {
    const cursor = this.#cursor;
    const from = cursor.at;
    if (!isLetter(cursor.text.charCodeAt(from))) {
      if (startsLiteral(cursor)) {
        const { span } = readLiteral(cursor, "plain");
        cursor.fail("a literal stands to the right of an operator", span.from, span.to);
      }
      cursor.fail(`a field or a function was expected, found ${cursor.found()}`);
    }
    const name = cursor.run((code) => isNameChar(code) || code === 0x2e);
    cursor.at += name.length;
    const span = { from, to: cursor.at };
    let node: Node;
    if (name === "true" || name === "false") return { kind: name, span };
    if (cursor.peek() === "(") {
      const args = this.#deeper(() => this.#arguments(from));
      node = { kind: "call", name, args, span: { from, to: cursor.at } };
    } else node = { kind: "field", name, span };
    while (cursor.peek() === "[") {
      const at = this.#index();
      node = { kind: "index", of: node, at, span: { from, to: cursor.at } };
    }
    return node;
  }

  argument(): Argument {
    const cursor = this.#cursor;
    cursor.skipSpace();
    return startsLiteral(cursor) ? readLiteral(cursor, "plain") : this.logical(LEVELS);
  }

  #arguments(from: number): Argument[] {
    const cursor = this.#cursor;
    cursor.take("(");
    const args: Argument[] = [];
    cursor.skipSpace();
    if (cursor.take(")")) return args;
    for (;;) {
      args.push(this.argument());
      cursor.skipSpace();
      if (cursor.take(")")) return args;
      if (cursor.atEnd) cursor.fail("the arguments of this call are never closed", from);
      if (!cursor.take(",")) cursor.fail(`expected \`,\` or \`)\`, found ${cursor.found()}`);
    }
  }

  #index(): Index {
    const cursor = this.#cursor;
    const open = cursor.at++;
    cursor.skipSpace();
    let index: Index;
    const digits = cursor.run((code) => code >= 0x30 && code <= 0x39);
    if (cursor.take("*")) index = { kind: "each" };
    else if (startsString(cursor)) index = { kind: "key", value: readString(cursor, "plain") };
    else if (digits !== "" && digits.length < 10) {
      cursor.at += digits.length;
      index = { kind: "position", value: Number(digits) };
    } else {
      return cursor.fail('an index is a position, a key in quotes or `*`: [0], ["name"], [*]');
    }
    cursor.skipSpace();
    if (!cursor.take("]")) cursor.fail("this bracket is never closed", open);
    return index;
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > MOST_DEPTH) {
      this.#cursor.fail(`nested deeper than ${MOST_DEPTH} levels`);
    }
    const result = read();
    this.#depth--;
    return result;
  }
}

/** `a or (b or c)` means what `a or b or c` does: kept flat, so that equal trees print alike. */
export function logicalNode(op: LogicalOp, items: readonly Node[]): Node {
  const flat = items.flatMap((item) =>
    item.kind === "logical" && item.op === op ? item.items : [item],
  );
  const first = flat[0] as Node;
  const last = flat[flat.length - 1] as Node;
  return { kind: "logical", op, items: flat, span: { from: first.span.from, to: last.span.to } };
}
