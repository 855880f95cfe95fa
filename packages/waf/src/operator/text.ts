import type { Operator, OperatorFactory } from "#operator/operator.ts";

function textual(name: string, holds: (value: string, wanted: string) => boolean): OperatorFactory {
  return (argument, load): Operator => {
    const macro = load.macro(argument);
    const { constant } = macro;
    if (constant === undefined) {
      return {
        name,
        argument,
        pure: false,
        macro,
        test: (value, scope) => holds(value, macro.expand(scope)),
      };
    }
    return { name, argument, pure: true, test: (value) => holds(value, constant) };
  };
}

/** `@contains text`: the value holds the text; an empty text is always held. Case counts. */
export const contains = textual("contains", (value, wanted) => value.includes(wanted));

/** `@beginsWith text`. */
export const beginsWith = textual("beginswith", (value, wanted) => value.startsWith(wanted));

/** `@endsWith text`. */
export const endsWith = textual("endswith", (value, wanted) => value.endsWith(wanted));

/** `@streq text`: byte for byte. */
export const streq = textual("streq", (value, wanted) => value === wanted);

/** `@within text`: the text holds the value; the empty value is in every text. */
export const within = textual("within", (value, wanted) => wanted.includes(value));

/** `@strmatch text`: as contains. */
export const strmatch = textual("strmatch", (value, wanted) => value.includes(wanted));

const wordByte = /[0-9A-Za-z_]/;

/** `@containsWord text`: as contains, with no word character on either side. */
export const containsWord = textual("containsword", (value, wanted) => {
  if (wanted === "") return true;
  for (let at = value.indexOf(wanted); at >= 0; at = value.indexOf(wanted, at + 1)) {
    const before = at > 0 && wordByte.test(value[at - 1] as string);
    const end = at + wanted.length;
    const after = end < value.length && wordByte.test(value[end] as string);
    if (!before && !after) return true;
  }
  return false;
});
