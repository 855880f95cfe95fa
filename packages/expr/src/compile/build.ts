import type { Node } from "#ast.ts";
import type { Built } from "#compile/built.ts";
import { buildCall } from "#compile/call.ts";
import { buildCompare } from "#compile/compare.ts";
import type { Context } from "#compile/context.ts";
import { buildIndex } from "#compile/index-of.ts";
import { buildLogical, buildNot } from "#compile/logical.ts";
import { buildList, buildSet } from "#compile/membership.ts";
import { nearest } from "#suggest.ts";
import { BOOL } from "#type.ts";

/** Checks types and makes closures, in one walk: what was checked is what runs. */
export function build<Subject>(node: Node, context: Context<Subject>): Built<Subject> {
  switch (node.kind) {
    case "true":
      return { type: BOOL, each: false, run: () => true };
    case "false":
      return { type: BOOL, each: false, run: () => false };
    case "field":
      return buildField(node, context);
    case "call":
      return buildCall(node, context, build);
    case "index":
      return buildIndex(node, build(node.of, context), context);
    case "not":
      return buildNot(node, build(node.of, context), context);
    case "logical":
      return buildLogical(
        node,
        node.items.map((item) => build(item, context)),
        context,
      );
    case "compare":
      return buildCompare(node, build(node.left, context), context);
    case "in":
      return buildSet(node, build(node.left, context), context);
    case "in list":
      return buildList(node, build(node.left, context), context);
  }
}

function buildField<Subject>(
  node: Node & { kind: "field" },
  context: Context<Subject>,
): Built<Subject> {
  const { fields } = context.scheme;
  const field = fields.get(node.name);
  if (field === undefined) {
    const meant = nearest(node.name, fields.keys());
    return context.fail(`there is no field \`${node.name}\``, node.span, meant);
  }
  context.fields.add(field.aliasOf ?? field.name);
  return { type: field.type, each: false, run: field.read };
}
