import { configJsonSchema } from "@egide/contract/config.ts";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly allOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
}

/** The configuration's schema as a tree that can be asked for its keys: for hints, names and docs. */
export interface ConfigShape {
  readonly keysAt: (path: readonly PropertyKey[]) => readonly string[];
  /** Every setting that is not inside a list, with the name of its environment variable. */
  readonly settings: ReadonlyMap<string, readonly string[]>;
}

let shape: ConfigShape | null = null;

export function configShape(): ConfigShape {
  shape ??= shapeOf(configJsonSchema());
  return shape;
}

export function shapeOf(schema: Record<string, unknown>): ConfigShape {
  const root = schema as SchemaNode;
  const resolve = (node: SchemaNode): SchemaNode[] => {
    if (node.$ref !== undefined) {
      let target: unknown = root;
      for (const step of node.$ref.split("/").slice(1)) {
        target = (target as Record<string, unknown>)[step];
      }
      return resolve(target as SchemaNode);
    }
    const branches = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
    return [node, ...branches.flatMap(resolve)];
  };
  const children = (nodes: readonly SchemaNode[], step: PropertyKey): SchemaNode[] =>
    nodes.flatMap((node) => {
      const child = typeof step === "number" ? node.items : node.properties?.[String(step)];
      return child === undefined ? [] : resolve(child);
    });
  const keys = (nodes: readonly SchemaNode[]): string[] => [
    ...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {}))),
  ];
  const settings = new Map<string, readonly string[]>();
  const walk = (nodes: readonly SchemaNode[], path: readonly string[]): void => {
    if (path.length > 6) return;
    for (const key of keys(nodes)) {
      const inner = [...path, key];
      if (key !== "$schema") settings.set(variableName(inner), inner);
      walk(children(nodes, key), inner);
    }
  };
  walk(resolve(root), []);
  return {
    keysAt: (path) =>
      keys(path.reduce<SchemaNode[]>((nodes, step) => children(nodes, step), resolve(root))),
    settings,
  };
}

/** `limits.headerBytes` is EGIDE_LIMITS_HEADER_BYTES. */
export function variableName(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase());
  return `EGIDE_${words.join("_")}`;
}
