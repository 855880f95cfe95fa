import type { Node } from "#ast.ts";
import type { Built } from "#compile/built.ts";
import type { Context } from "#compile/context.ts";
import { type Type, typeName } from "#type.ts";
import type { MapValue, Missable, Value } from "#value.ts";

type IndexNode = Node & { kind: "index" };

/** `["key"]` of a map, `[0]` of an array, `[*]` of either; after `[*]` each element is looked into. */
export function buildIndex<Subject>(
  node: IndexNode,
  of: Built<Subject>,
  context: Context<Subject>,
): Built<Subject> {
  const { at } = node;
  const { run } = of;
  if (at.kind === "each") return unpack(node, of, context);
  const type = elementType(node, of.type, context);
  const look = lookUp(at);
  if (!of.each) {
    return { type, each: false, run: (subject) => look(run(subject)) };
  }
  return {
    type,
    each: true,
    run: (subject) => {
      const values = run(subject) as readonly Value[] | undefined;
      return values?.map(look).filter((value) => value !== undefined);
    },
  };
}

function lookUp(at: { kind: "key"; value: string } | { kind: "position"; value: number }) {
  const { value } = at;
  if (typeof value === "number") {
    return (from: Missable): Missable => (from as readonly Value[] | undefined)?.[value];
  }
  return (from: Missable): Missable => (from as MapValue | undefined)?.get(value);
}

function elementType<Subject>(node: IndexNode, of: Type, context: Context<Subject>): Type {
  const { at } = node;
  if (of.kind === "map") {
    if (at.kind === "key") return of.of;
    return context.fail(`a ${typeName(of)} is asked by key`, node.span, '["name"]');
  }
  if (of.kind === "array") {
    if (at.kind === "position") return of.of;
    return context.fail(`an ${typeName(of)} is asked by position`, node.span, "[0] or [*]");
  }
  return context.fail(`a value of type ${typeName(of)} has no elements`, node.span);
}

function unpack<Subject>(
  node: IndexNode,
  of: Built<Subject>,
  context: Context<Subject>,
): Built<Subject> {
  const { type, each, run } = of;
  if (each) context.fail("`[*]` stands once in a value", node.span);
  if (type.kind === "array") return { type: type.of, each: true, run };
  if (type.kind !== "map") {
    return context.fail(`a value of type ${typeName(type)} has no elements`, node.span);
  }
  return {
    type: type.of,
    each: true,
    run: (subject) => {
      const map = run(subject) as MapValue | undefined;
      return map === undefined ? undefined : [...map.values()];
    },
  };
}
