import { build } from "#compile/build.ts";
import { Context } from "#compile/context.ts";
import { testOf } from "#compile/logical.ts";
import { isLiteral } from "#compile/call.ts";
import type { Expression, ValueExpression } from "#expression.ts";
import { parse, parseValue } from "#parse/parse.ts";
import type { Scheme } from "#scheme.ts";
import { BOOL, sameType, typeName } from "#type.ts";
import { parseIp } from "@egide/std/ip.ts";

/** Reads, checks and compiles a filter. Throws an ExprError that says where and why it is none. */
export function compile<Subject>(text: string, scheme: Scheme<Subject>): Expression<Subject> {
  const node = parse(text);
  const context = new Context(text, scheme);
  const built = build(node, context);
  if (built.each) context.fail("`[*]` stands inside of any(…), all(…) or a function", node.span);
  if (!sameType(built.type, BOOL)) {
    const inside = context.textOf(node.span);
    context.fail(
      `this is of type ${typeName(built.type)}, and a rule needs a Boolean`,
      node.span,
      built.type.kind === "array" && built.type.of.kind === "bool" ? `any(${inside})` : null,
    );
  }
  return {
    text,
    fields: [...context.fields],
    lists: [...context.lists],
    evaluate: testOf(built),
  };
}

/** As `compile`, for an expression that gives a value: a target, a header, the key of a counter. */
export function compileValue<Subject>(
  text: string,
  scheme: Scheme<Subject>,
): ValueExpression<Subject> {
  const node = parseValue(text);
  const context = new Context(text, scheme);
  if (isLiteral(node)) {
    const value = node.kind === "ip" ? (parseIp(node.value) as Uint8Array) : node.value;
    return { text, fields: [], lists: [], type: { kind: node.kind }, evaluate: () => value };
  }
  const { type, each, run } = build(node, context);
  if (each) context.fail("`[*]` stands inside of a function", node.span);
  return { text, fields: [...context.fields], lists: [...context.lists], type, evaluate: run };
}
