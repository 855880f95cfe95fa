import type { RequestView } from "@egide/edge/fields/view.ts";
import { type Field, type Scheme, scheme } from "@egide/expr/scheme.ts";
import { toBytes } from "@egide/expr/parse/string.ts";
import { type Type, typeName } from "@egide/expr/type.ts";
import type { Missable, Value } from "@egide/expr/value.ts";
import { parseIp } from "@egide/std/ip.ts";

/** A request with some of its fields as the operator says they are. */
export interface Subject {
  readonly view: RequestView;
  readonly given: ReadonlyMap<string, Missable>;
}

export function subjectScheme(of: Scheme<RequestView>): Scheme<Subject> {
  const fields = [...of.fields.values()].map((field): Field<Subject> => {
    const name = field.aliasOf ?? field.name;
    const read = ({ view, given }: Subject): Missable =>
      given.has(name) ? given.get(name) : field.read(view);
    return { ...field, read };
  });
  return { ...scheme(fields), list: of.list, listNames: of.listNames };
}

/** `name=value` of --field; throws an Error with words for the operator. */
export function readGiven(
  pairs: readonly string[],
  of: Scheme<RequestView>,
): ReadonlyMap<string, Missable> {
  const given = new Map<string, Missable>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const field = of.fields.get(name);
    if (field === undefined) throw new Error(`there is no field ${name}: see egide expr fields`);
    if (equals < 0) throw new Error(`write ${name}=VALUE`);
    given.set(field.aliasOf ?? name, readValue(pair.slice(equals + 1), field.type, name));
  }
  return given;
}

function readValue(text: string, type: Type, name: string): Value {
  const value = scalar(text, type);
  if (value !== undefined) return value;
  if (type.kind === "array" || type.kind === "map") {
    const found = structured(text, type);
    if (found !== undefined) return found;
    const example = type.kind === "map" ? '{"name":["value"]}' : '["value"]';
    throw new Error(`${name} is of type ${typeName(type)}: write it as JSON, e.g. ${example}`);
  }
  throw new Error(`${name} is of type ${typeName(type)}, which ${JSON.stringify(text)} is not`);
}

function scalar(text: string, type: Type): Value | undefined {
  switch (type.kind) {
    case "string":
      return toBytes(text);
    case "int":
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case "bool":
      return text === "true" || text === "false" ? text === "true" : undefined;
    case "ip":
      return parseIp(text) ?? undefined;
    case "array":
    case "map":
      return undefined;
  }
}

function structured(text: string, type: Type): Value | undefined {
  try {
    return shaped(JSON.parse(text), type);
  } catch {
    return undefined;
  }
}

/** JSON as a value of the type; undefined where it is of another shape. */
function shaped(json: unknown, type: Type): Value | undefined {
  if (type.kind === "array") {
    if (!Array.isArray(json)) return undefined;
    const items = json.map((item) => shaped(item, type.of));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (type.kind === "map") {
    if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
    const entries = Object.entries(json).map(
      ([key, item]) => [key, shaped(item, type.of)] as const,
    );
    return entries.every((entry): entry is [string, Value] => entry[1] !== undefined)
      ? new Map(entries)
      : undefined;
  }
  const isScalar =
    typeof json === "string" || typeof json === "number" || typeof json === "boolean";
  return isScalar ? scalar(String(json), type) : undefined;
}
