import { INT, STRING, type Type } from "#type.ts";
import { toBytes } from "#parse/string.ts";
import type { FunctionDefinition } from "#function/define.ts";

/** Longer texts are not read: a rule must not cost what a body may be long. */
const MOST_JSON = 131_072;

export const JSON_FUNCTIONS: readonly FunctionDefinition[] = [
  lookup("lookup_json_string", "The string", STRING, (found) =>
    typeof found === "string" ? toBytes(found) : undefined,
  ),
  lookup("lookup_json_integer", "The integer", INT, (found) =>
    found instanceof Integer ? found.value : undefined,
  ),
];

function lookup(
  name: string,
  what: string,
  result: Type,
  read: (found: unknown) => string | number | undefined,
): FunctionDefinition {
  return {
    name,
    about: `${what} that the keys (names and positions) lead to in a text of JSON.`,
    params: [
      { name: "field", types: ["string"] },
      { name: "keys", types: ["string", "int"], repeated: true },
    ],
    result: () => result,
    make:
      () =>
      (text: string, ...keys: (string | number)[]) => {
        if (text.length > MOST_JSON) return undefined;
        let at = parseJson(text);
        for (const key of keys) {
          if (typeof key === "number") {
            if (!Array.isArray(at)) return undefined;
            at = at[key];
          } else {
            const name = Buffer.from(key, "latin1").toString();
            const isObject = typeof at === "object" && at !== null && !Array.isArray(at);
            if (!isObject || at instanceof Integer || !Object.hasOwn(at as object, name)) {
              return undefined;
            }
            at = (at as Record<string, unknown>)[name];
          }
        }
        return read(at);
      },
  };
}

/** A number written without fraction or exponent: 42.0 is none. */
class Integer {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** ECMAScript's JSON.parse with source text access, which TypeScript does not describe yet. */
const parseWithSource = JSON.parse as (
  text: string,
  revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

function parseJson(text: string): unknown {
  try {
    return parseWithSource(Buffer.from(text, "latin1").toString(), (_key, value, { source }) => {
      if (typeof value !== "number") return value;
      const isInteger = Number.isSafeInteger(value) && /^-?\d+$/.test(source ?? "");
      return isInteger ? new Integer(value) : value;
    });
  } catch {
    return undefined;
  }
}
