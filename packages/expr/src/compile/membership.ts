import type { Element, Node } from "#ast.ts";
import type { Built } from "#compile/built.ts";
import { matching } from "#compile/compare.ts";
import type { Context } from "#compile/context.ts";
import { IntSet } from "#match/int-set.ts";
import { IpSet, readRange } from "#match/ip-set.ts";
import { nearest } from "#suggest.ts";
import { type Type, typeName } from "#type.ts";
import type { Value } from "#value.ts";

type ScalarKind = "string" | "int" | "ip";

/** `in {…}`. */
export function buildSet<Subject>(
  node: Node & { kind: "in" },
  left: Built<Subject>,
  context: Context<Subject>,
): Built<Subject> {
  const kind = scalar(node, left.type, context);
  for (const element of node.set) {
    const of = kindOf(element);
    if (of === kind) continue;
    const types = `${typeName(left.type)} among ${typeName({ kind: of })}`;
    context.fail(`\`${context.textOf(node.left.span)}\` in looks for ${types}`, element.span);
  }
  return matching(left, membership(kind, node.set));
}

function kindOf(element: Element): ScalarKind {
  switch (element.kind) {
    case "cidr":
    case "ip range":
      return "ip";
    case "int range":
      return "int";
    case "string":
    case "int":
    case "ip":
      return element.kind;
  }
}

function membership(kind: ScalarKind, set: readonly Element[]): (value: Value) => boolean {
  switch (kind) {
    case "string": {
      const texts = new Set<Value>(set.map((one) => (one.kind === "string" ? one.value : "")));
      return (value) => texts.has(value);
    }
    case "int": {
      const ranges = new IntSet(set.flatMap(intRange));
      return (value) => ranges.has(value as number);
    }
    case "ip": {
      const ranges = new IpSet(set.flatMap((one) => readRange(ipText(one)) ?? []));
      return (value) => ranges.has(value as Uint8Array);
    }
  }
}

function intRange(element: Element): { low: number; high: number }[] {
  if (element.kind === "int") return [{ low: element.value, high: element.value }];
  return element.kind === "int range" ? [element] : [];
}

function ipText(element: Element): string {
  if (element.kind === "ip range") return `${element.low}..${element.high}`;
  return element.kind === "cidr" || element.kind === "ip" ? element.value : "";
}

/** `in $name`. */
export function buildList<Subject>(
  node: Node & { kind: "in list" },
  left: Built<Subject>,
  context: Context<Subject>,
): Built<Subject> {
  const kind = scalar(node, left.type, context);
  const span = { from: node.span.to - node.list.length - 1, to: node.span.to };
  const list = context.scheme.list(node.list);
  if (list === undefined) {
    const meant = nearest(node.list, context.scheme.listNames);
    const suggestion = meant === null ? null : `$${meant}`;
    return context.fail(`there is no list \`$${node.list}\``, span, suggestion);
  }
  if (list.of !== kind) {
    const types = `${typeName({ kind: list.of })}; \`${context.textOf(node.left.span)}\` is of type ${typeName(left.type)}`;
    context.fail(`\`$${node.list}\` holds values of type ${types}`, span);
  }
  context.lists.add(node.list);
  return matching(left, (value) => list.has(value));
}

function scalar<Subject>(
  node: Node & { kind: "in" | "in list" },
  type: Type,
  context: Context<Subject>,
): ScalarKind {
  if (type.kind === "string" || type.kind === "int" || type.kind === "ip") return type.kind;
  const text = context.textOf(node.left.span);
  return context.fail(
    `\`${text}\` is of type ${typeName(type)}; \`in\` looks for strings, integers and addresses`,
    node.left.span,
    type.kind === "array" ? `any(${text}[*] in …)` : null,
  );
}
