import type { Operator, OperatorFactory } from "#operator/operator.ts";

/** C's atoi: an optional sign and digits at the start; anything else counts as 0. */
export function toInteger(text: string): number {
  // Scores and levels are one or two digits: worth a look before the general way.
  if (text.length <= 2 && text.length > 0) {
    const first = text.charCodeAt(0) - 48;
    const last = text.charCodeAt(text.length - 1) - 48;
    if (first >= 0 && first <= 9 && last >= 0 && last <= 9)
      return text.length === 1 ? first : first * 10 + last;
  }
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? 0 : number;
}

function numeric(name: string, holds: (value: number, wanted: number) => boolean): OperatorFactory {
  return (argument, load): Operator => {
    const macro = load.macro(argument);
    if (macro.constant === undefined) {
      return {
        name,
        argument,
        pure: false,
        macro,
        test: (value, scope) => holds(toInteger(value), toInteger(macro.expand(scope))),
      };
    }
    if (!/^\s*[+-]?\d+\s*$/.test(macro.constant)) load.fail(`@${name} wants a number`);
    const wanted = toInteger(macro.constant);
    return {
      name,
      argument,
      pure: true,
      compare: (value) => holds(value, wanted),
      test: (value) => holds(toInteger(value), wanted),
    };
  };
}

/** `@eq 5`: equal as integers; text that is no number counts as 0 (reference manual, "Operators"). */
export const eq = numeric("eq", (value, wanted) => value === wanted);
export const ge = numeric("ge", (value, wanted) => value >= wanted);
export const gt = numeric("gt", (value, wanted) => value > wanted);
export const le = numeric("le", (value, wanted) => value <= wanted);
export const lt = numeric("lt", (value, wanted) => value < wanted);
