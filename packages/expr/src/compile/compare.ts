import { parseIp } from "@egide/std/ip.ts";
import type { Literal, Node, OrderOp, Span, TextOp } from "#ast.ts";
import type { Built } from "#compile/built.ts";
import type { Context } from "#compile/context.ts";
import { MOST_PATTERN } from "#limits.ts";
import { sameBytes } from "#match/bytes.ts";
import { Pattern, PatternError } from "#match/pattern.ts";
import { Wildcard, WildcardError } from "#match/wildcard.ts";
import { arrayOf, BOOL, type Type, typeName } from "#type.ts";
import type { Missable, Value } from "#value.ts";

type CompareNode = Node & { kind: "compare" };

/** A missing value makes every comparison false, `ne` too. */
export function buildCompare<Subject>(
  node: CompareNode,
  left: Built<Subject>,
  context: Context<Subject>,
): Built<Subject> {
  const { op, right } = node;
  checkComparable(node.left.span, left.type, op, context);
  if (right.kind !== left.type.kind) {
    const types = `${typeName(left.type)} with ${typeName({ kind: right.kind })}`;
    const subject = context.textOf(node.left.span);
    context.fail(`\`${subject}\` ${op} compares ${types}`, right.span, meant(left.type, right));
  }
  return matching(left, compareWith(node, context));
}

/** Runs a test on the value, or on each of them. */
export function matching<Subject>(
  { each, run }: Built<Subject>,
  test: (value: Value) => boolean,
): Built<Subject> {
  if (each) {
    const type = arrayOf(BOOL);
    return {
      type,
      each: false,
      run: (subject) => (run(subject) as Value[] | undefined)?.map(test) ?? [],
    };
  }
  return {
    type: BOOL,
    each: false,
    run: (subject) => {
      const value: Missable = run(subject);
      return value !== undefined && test(value);
    },
  };
}

function checkComparable<Subject>(
  span: Span,
  type: Type,
  op: OrderOp | TextOp,
  context: Context<Subject>,
): void {
  const text = context.textOf(span);
  switch (type.kind) {
    case "bool":
      return context.fail(
        `\`${text}\` is true or false by itself`,
        span,
        `${text}, or not ${text}`,
      );
    case "array":
    case "map":
      return context.fail(
        `\`${text}\` is of type ${typeName(type)}, which no operator compares`,
        span,
        type.kind === "array" ? `any(${text}[*] ${op} …)` : `${text}["name"][0]`,
      );
    case "string":
      return;
    case "int":
    case "ip":
      break;
  }
  const ordered = type.kind === "int" && isOrder(op);
  if (op === "eq" || op === "ne" || ordered) return;
  context.fail(`\`${op}\` compares strings; \`${text}\` is of type ${typeName(type)}`, span);
}

function isOrder(op: OrderOp | TextOp): op is OrderOp {
  return ["eq", "ne", "lt", "le", "gt", "ge"].includes(op);
}

/** What a literal of the wrong type was probably meant to be. */
function meant(left: Type, right: Literal): string | null {
  if (left.kind === "string" && right.kind !== "string") return `"${right.value}"`;
  if (right.kind !== "string") return null;
  const fits = left.kind === "int" ? /^\d+$/.test(right.value) : parseIp(right.value) !== null;
  return fits ? right.value : null;
}

function compareWith<Subject>(
  { op, right }: CompareNode,
  context: Context<Subject>,
): (value: Value) => boolean {
  if (right.kind === "ip") {
    const address = parseIp(right.value) as Uint8Array;
    const wanted = op === "eq";
    return (value) => sameBytes(value as Uint8Array, address) === wanted;
  }
  if (isOrder(op)) return ordering(op, right.value);
  return textual(op, String(right.value), right.span, context);
}

/** Strings hold one byte a char, so their order is that of their bytes. */
function ordering(op: OrderOp, than: string | number): (value: Value) => boolean {
  switch (op) {
    case "eq":
      return (value) => value === than;
    case "ne":
      return (value) => value !== than;
    case "lt":
      return (value) => (value as typeof than) < than;
    case "le":
      return (value) => (value as typeof than) <= than;
    case "gt":
      return (value) => (value as typeof than) > than;
    case "ge":
      return (value) => (value as typeof than) >= than;
  }
}

function textual<Subject>(
  op: TextOp,
  text: string,
  span: Span,
  context: Context<Subject>,
): (value: Value) => boolean {
  if (op === "contains") return (value) => (value as string).includes(text);
  if (text.length > MOST_PATTERN) context.fail(`a pattern longer than ${MOST_PATTERN} bytes`, span);
  context.countPattern(span);
  try {
    const matcher =
      op === "matches" ? new Pattern(text) : new Wildcard(text, op === "strict wildcard");
    return (value) => matcher.test(value as string);
  } catch (error) {
    if (error instanceof PatternError || error instanceof WildcardError) {
      return context.fail(error.message, span);
    }
    throw error;
  }
}
