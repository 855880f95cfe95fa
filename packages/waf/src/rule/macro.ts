import { type VariableName, variableNamed, variables } from "#rule/variables.ts";

/** Reads the first value of a variable; undefined where it has none. */
export interface MacroScope {
  lookUp(variable: VariableName, key: string | undefined): string | undefined;
}

/** A `%{…}` in a macro. */
export interface Reference {
  readonly variable: VariableName;
  /** Lower case. */
  readonly key: string | undefined;
}

/** A text with `%{VARIABLE.key}` in it (reference manual, "Macro Expansion"). */
export class Macro {
  readonly source: string;
  readonly #parts: readonly (string | Reference)[];
  /** What its text depends on. */
  readonly references: readonly Reference[];
  /** The text itself where it holds no reference. */
  readonly constant: string | undefined;

  constructor(source: string, fail: (problem: string) => never) {
    this.source = source;
    this.#parts = parse(source, fail);
    this.references = this.#parts.filter((part) => typeof part !== "string");
    const [only] = this.#parts;
    this.constant =
      this.#parts.length === 0
        ? ""
        : this.#parts.length === 1 && typeof only === "string"
          ? only
          : undefined;
  }

  /** What has no value becomes nothing. */
  expand(scope: MacroScope): string {
    if (this.constant !== undefined) return this.constant;
    let out = "";
    for (const part of this.#parts) {
      out += typeof part === "string" ? part : (scope.lookUp(part.variable, part.key) ?? "");
    }
    return out;
  }
}

function parse(source: string, fail: (problem: string) => never): (string | Reference)[] {
  const parts: (string | Reference)[] = [];
  let from = 0;
  for (const found of source.matchAll(/%\{([^{}]*)\}/g)) {
    if (found.index > from) parts.push(source.slice(from, found.index));
    parts.push(reference(found[1] as string, fail));
    from = found.index + found[0].length;
  }
  if (from < source.length) parts.push(source.slice(from));
  return parts;
}

function reference(text: string, fail: (problem: string) => never): Reference {
  const [, name = "", key] = /^([A-Za-z_]+)(?:[.:](.+))?$/s.exec(text) ?? [];
  const variable = variableNamed(name);
  if (variable === undefined) return fail(`unknown variable in %{${text}}`);
  if (key === undefined && variables[variable].kind === "collection") {
    return fail(`%{${text}} names a whole collection: a key is missing`);
  }
  return { variable, key: key?.toLowerCase() };
}
