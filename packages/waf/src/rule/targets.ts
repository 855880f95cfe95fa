import { parseTargets, type RawTarget } from "#parse/target.ts";
import type { Word } from "#parse/word.ts";
import { compilePattern } from "#regex/regex.ts";
import type { Selector, Target, TargetSet } from "#rule/model.ts";
import { variableNamed, variables } from "#rule/variables.ts";

/** Reads and checks a list of targets. */
export function compileTargets(word: Word): TargetSet {
  const include: Target[] = [];
  const exclude: Target[] = [];
  for (const raw of parseTargets(word)) {
    (raw.exclude ? exclude : include).push(compileTarget(raw, word));
  }
  return { include, exclude };
}

function compileTarget(raw: RawTarget, word: Word): Target {
  const fail = (problem: string): never => word.fail(problem, raw.index);
  const variable = variableNamed(raw.variable) ?? fail(`unknown variable ${raw.variable}`);
  const { kind } = variables[variable];
  if (kind === "scalar" && raw.selector !== undefined) fail(`${variable} has no parts to select`);
  return { variable, count: raw.count, selector: compileSelector(raw, kind === "xml", fail) };
}

function compileSelector(raw: RawTarget, xml: boolean, fail: (problem: string) => never): Selector {
  if (xml) {
    if (raw.selector === "/*" || raw.selector === "//@*")
      return { kind: "xpath", path: raw.selector };
    return fail("of XPath only XML:/* and XML://@* are supported");
  }
  if (raw.selector === undefined) return { kind: "all" };
  if (!raw.pattern) return { kind: "name", lower: raw.selector.toLowerCase() };
  return { kind: "pattern", regex: compilePattern(raw.selector, fail, { fold: true }) };
}

/** Adds what a later SecRuleUpdateTarget directive says. */
export function extendTargets(old: TargetSet, more: TargetSet): TargetSet {
  return {
    include: [...old.include, ...more.include],
    exclude: [...old.exclude, ...more.exclude],
  };
}

/** A spelling that is the same for the same targets, so that equal sets can be shared. */
export function targetSetKey(set: TargetSet): string {
  const one = (target: Target): string => {
    const { selector } = target;
    const picked =
      selector.kind === "all"
        ? ""
        : selector.kind === "name"
          ? `:${selector.lower}`
          : selector.kind === "pattern"
            ? `:/${selector.regex.source}/`
            : `:${selector.path}`;
    return `${target.count ? "&" : ""}${target.variable}${picked}`;
  };
  return `${set.include.map(one).join("|")}!${set.exclude.map(one).join("|")}`;
}
