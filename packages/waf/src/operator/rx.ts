import type { OperatorFactory } from "#operator/operator.ts";
import { compilePattern } from "#regex/regex.ts";

/**
 * `@rx pattern`: a PCRE pattern over bytes, dot-all, `$` only at the very end. A search that can't be
 * finished within its bound does not match and is reported (see regex/regex.ts).
 */
export const rx: OperatorFactory = (argument, load) => {
  if (/%\{[A-Za-z_]+[.:][^}]*\}/.test(argument)) load.fail("@rx does not expand macros");
  const regex = compilePattern(argument, (problem) => load.fail(problem));
  const literals = regex.literals();
  return {
    name: "rx",
    argument,
    // A pattern that may give up must say so each time.
    pure: !regex.irregular,
    ...(literals === undefined || regex.irregular ? {} : { literals }),
    test(value, scope) {
      const found = regex.test(value);
      if (found === undefined) scope.gaveUp();
      return found === true;
    },
    captures: (value) => regex.captures(value),
    warm: () => regex.warm(),
  };
};
