import type { Type } from "#type.ts";
import type { Missable, Value } from "#value.ts";

/** A field that expressions may name, and how it is read. `read` is called each time: memoise there. */
export interface Field<Subject> {
  readonly name: string;
  readonly type: Type;
  readonly read: (subject: Subject) => Missable;
  /** One sentence for `egide expr fields` and the reference. */
  readonly about: string;
  /** An older name that means `name` and is still taken. */
  readonly aliasOf?: string;
}

/** What `$name` stands for. */
export interface List {
  readonly of: "string" | "int" | "ip";
  has(value: Value): boolean;
}

/**
 * All that an expression can speak of. `Subject` is whatever the fields read from: the edge's view of a
 * request, the sample of the mitigation, a plain object in a test.
 */
export interface Scheme<Subject> {
  readonly fields: ReadonlyMap<string, Field<Subject>>;
  /** Undefined where there is no such list. */
  readonly list: (name: string) => List | undefined;
  /** For "did you mean". */
  readonly listNames: readonly string[];
}

export function scheme<Subject>(
  fields: readonly Field<Subject>[],
  lists: ReadonlyMap<string, List> = new Map(),
): Scheme<Subject> {
  const byName = new Map<string, Field<Subject>>();
  for (const field of fields) {
    if (byName.has(field.name)) throw new Error(`two fields called ${field.name}`);
    byName.set(field.name, field);
  }
  return { fields: byName, list: (name) => lists.get(name), listNames: [...lists.keys()] };
}
