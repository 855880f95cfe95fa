import type { Operator, OperatorFactory, OperatorLoad, OperatorScope } from "#operator/operator.ts";
import { compilePattern, Regex } from "#regex/regex.ts";
import { PatternError } from "#regex/error.ts";

const macroPattern = /%\{[A-Za-z_]+[.:][^}]*\}/;
/** Longest pattern that macros may make. */
const maxExpanded = 4096;
/** Patterns made by macros that are kept. */
const maxKept = 64;

/**
 * `@rx pattern`: a PCRE pattern over bytes, dot-all, `$` only at the very end. A search that can't be
 * finished within its bound does not match and is reported (see regex/regex.ts).
 */
export const rx: OperatorFactory = (argument, load) => {
  if (macroPattern.test(argument)) return dynamic(argument, load);
  const known = load.patterns.find(argument);
  const regex = compilePattern(argument, (problem) => load.fail(problem), { facts: known });
  const facts = known ?? regex.facts();
  if (known === undefined) load.patterns.learn(argument, facts);
  const { irregular, literals, needs } = facts;
  return {
    name: "rx",
    argument,
    // A pattern that may give up must say so each time.
    pure: !irregular,
    ...(literals === undefined ? {} : { literals }),
    needs,
    test: (value, scope) => judge(regex, value, scope),
    captures: (value) => regex.captures(value),
    warm: () => regex.warm(),
  };
};

function judge(regex: Regex, value: string, scope: OperatorScope): boolean {
  const found = regex.test(value);
  if (found === undefined) scope.gaveUp();
  return found === true;
}

/** A pattern with macros in it, such as CRS 3's `^%{tx.allowed_request_content_type_charset}$`. */
function dynamic(argument: string, load: OperatorLoad): Operator {
  const macro = load.macro(argument);
  const kept = new Map<string, Regex | undefined>();
  const regexFor = (scope: OperatorScope): Regex | undefined => {
    const source = macro.expand(scope);
    if (kept.has(source)) return kept.get(source);
    if (kept.size >= maxKept) kept.clear();
    const regex = source.length > maxExpanded ? undefined : tryCompile(source);
    kept.set(source, regex);
    return regex;
  };
  return {
    name: "rx",
    argument,
    pure: false,
    test(value, scope) {
      const regex = regexFor(scope);
      if (regex !== undefined) return judge(regex, value, scope);
      scope.gaveUp();
      return false;
    },
    captures: (value, scope) => regexFor(scope)?.captures(value) ?? [],
  };
}

function tryCompile(source: string): Regex | undefined {
  try {
    return new Regex(source);
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}
