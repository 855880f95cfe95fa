import type { Argument, Element, Literal, Node, OrderOp, TextOp } from "#ast.ts";
import { logicalNode } from "#parse/parse.ts";
import type { Sample } from "#testing/sample.ts";

/** Answers a whole number from 0 up to, but not including, `most`. */
export type Pick = (most: number) => number;

const NOWHERE = { from: 0, to: 0 };
const span = NOWHERE;

const STRINGS = ["http.host", "http.request.uri.path", "http.user_agent"] as const;
const WORDS = ["", "a", "A", "ab", "b*a", 'q"\\', "\xc3\xa9", "\xff\x00", "aab", "*"] as const;
const ADDRESSES = ["192.0.2.7", "192.0.3.0", "10.0.0.1", "2001:db8::7", "::1"] as const;
const BLOCKS = ["192.0.2.0/24", "192.0.0.0/15", "2001:db8::/32", "::/0"] as const;
const PATTERNS = ["a", "^a", "b$", "a|b", "[a-b]+b", "(?:a)?b", "\\*", "\xc3\xa9"] as const;
const KEYS = ["a", "b", "none"] as const;

function one<T>(pick: Pick, from: readonly T[]): T {
  return from[pick(from.length)] as T;
}

/** A filter that compiles, made of what `pick` answers. */
export function growFilter(pick: Pick, depth: number): Node {
  switch (depth <= 0 ? 3 + pick(5) : pick(8)) {
    case 0:
      return { kind: "not", of: growFilter(pick, depth - 1), span };
    case 1:
    case 2: {
      const items = Array.from({ length: 2 + pick(2) }, () => growFilter(pick, depth - 1));
      return logicalNode(one(pick, ["and", "or", "xor"] as const), items);
    }
    case 3:
      return growComparison(growText(pick, depth), pick);
    case 4:
      return {
        kind: "call",
        name: one(pick, ["any", "all"]),
        args: [growTruths(pick, depth)],
        span,
      };
    case 5:
      return growNumber(pick, depth);
    case 6:
      return growAddress(pick);
    default:
      return one<Node>(pick, [
        { kind: "field", name: "ssl", span },
        { kind: "true", span },
        { kind: "false", span },
      ]);
  }
}

function growText(pick: Pick, depth: number): Node {
  const field: Node = { kind: "field", name: one(pick, STRINGS), span };
  switch (depth <= 0 ? 0 : pick(4)) {
    case 1:
      return { kind: "call", name: "lower", args: [growText(pick, depth - 1)], span };
    case 2: {
      const args: Argument[] = [growText(pick, depth - 1), word(pick)];
      return { kind: "call", name: "concat", args, span };
    }
    case 3: {
      const values = growList(pick);
      return { kind: "index", of: values, at: { kind: "position", value: pick(3) }, span };
    }
    default:
      return field;
  }
}

function growList(pick: Pick): Node {
  if (pick(3) === 0) return { kind: "field", name: "http.request.headers.names", span };
  const of: Node = { kind: "field", name: "http.request.headers", span };
  return { kind: "index", of, at: { kind: "key", value: one(pick, KEYS) }, span };
}

function growTruths(pick: Pick, depth: number): Node {
  if (depth > 0 && pick(3) === 0) {
    return { kind: "not", of: growTruths(pick, depth - 1), span };
  }
  if (depth > 0 && pick(3) === 0) {
    const items = [growTruths(pick, depth - 1), growTruths(pick, depth - 1)];
    return logicalNode(one(pick, ["and", "or", "xor"] as const), items);
  }
  const each: Node = { kind: "index", of: growList(pick), at: { kind: "each" }, span };
  return growComparison(each, pick);
}

function growComparison(left: Node, pick: Pick): Node {
  if (pick(4) === 0) {
    const set = Array.from({ length: 1 + pick(3) }, () => word(pick));
    return { kind: "in", left, set, span };
  }
  const orders: readonly OrderOp[] = ["eq", "ne", "lt", "le", "gt", "ge"];
  const texts: readonly TextOp[] = ["contains", "wildcard", "strict wildcard", "matches"];
  const op = one<OrderOp | TextOp>(pick, [...orders, ...texts]);
  return { kind: "compare", op, left, right: rightOf(op, pick), span };
}

function rightOf(op: OrderOp | TextOp, pick: Pick): Literal {
  if (op === "matches") return { kind: "string", value: one(pick, PATTERNS), span };
  const literal = word(pick);
  if (op !== "wildcard" && op !== "strict wildcard") return literal;
  // A backslash escapes in a wildcard.
  return { ...literal, value: literal.value.replace(/\\/g, "\\\\") };
}

function word(pick: Pick): Literal & { kind: "string" } {
  return { kind: "string", value: one(pick, WORDS), span };
}

function growNumber(pick: Pick, depth: number): Node {
  const left: Node =
    pick(2) === 0
      ? { kind: "field", name: "ip.src.asnum", span }
      : { kind: "call", name: "len", args: [growText(pick, depth - 1)], span };
  if (pick(2) === 0) {
    const set = Array.from({ length: 1 + pick(3) }, (): Element => {
      const low = pick(6) - 1;
      return pick(2) === 0
        ? { kind: "int", value: low, span }
        : { kind: "int range", low, high: low + pick(3), span };
    });
    return { kind: "in", left, set, span };
  }
  const op = one(pick, ["eq", "ne", "lt", "le", "gt", "ge"] as const);
  return { kind: "compare", op, left, right: { kind: "int", value: pick(6) - 1, span }, span };
}

function growAddress(pick: Pick): Node {
  const left: Node = { kind: "field", name: "ip.src", span };
  if (pick(3) === 0) {
    const op = one(pick, ["eq", "ne"] as const);
    const right: Literal = { kind: "ip", value: one(pick, ADDRESSES), span };
    return { kind: "compare", op, left, right, span };
  }
  const set = Array.from({ length: 1 + pick(3) }, (): Element => {
    if (pick(3) === 0) return { kind: "ip", value: one(pick, ADDRESSES), span };
    if (pick(2) === 0) return { kind: "cidr", value: one(pick, BLOCKS), span };
    return one<Element>(pick, [
      { kind: "ip range", low: "192.0.2.0", high: "192.0.2.7", span },
      { kind: "ip range", low: "2001:db8::1", high: "2001:db8::ffff", span },
    ]);
  });
  return { kind: "in", left, set, span };
}

/** A request to hold it against; some of its fields are missing. */
export function growSample(pick: Pick, parse: (text: string) => Uint8Array | null): Sample {
  const words = (): string[] => Array.from({ length: pick(3) }, () => one(pick, WORDS));
  const text = (): string | undefined => (pick(5) === 0 ? undefined : one(pick, WORDS));
  return {
    "http.host": text(),
    "http.request.uri.path": text(),
    "http.user_agent": text(),
    "http.request.headers": new Map([
      ["a", words()],
      ["b", words()],
    ]),
    "http.request.headers.names": pick(5) === 0 ? undefined : words(),
    "ip.src": parse(one(pick, ADDRESSES)) ?? undefined,
    "ip.src.asnum": pick(5) === 0 ? undefined : pick(6) - 1,
    ssl: pick(2) === 0,
  };
}
