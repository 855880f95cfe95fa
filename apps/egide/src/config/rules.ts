import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Config } from "@egide/contract/config.ts";
import type { GeoSettings, Lists } from "@egide/contract/policy/rules.ts";
import { compileLimits } from "@egide/edge/decide/limits/compile.ts";
import { compileRules, RuleError, type Schemes } from "@egide/edge/decide/rules/compile.ts";
import { ListError } from "@egide/edge/decide/rules/lists.ts";
import { schemesFor } from "@egide/edge/decide/rules/schemes.ts";
import type { ExprError } from "@egide/expr/error.ts";
import { KeyHash } from "@egide/limit/key.ts";
import type { Problem } from "#config/problem.ts";
import type { Path, SourceText } from "#config/text.ts";

/**
 * Brings the items of lists that stand in files into the configuration, and reads every expression
 * once, so that what is wrong with one is told before anything runs. Answers the problems.
 */
export function completeRules(config: Config, directory: string, source: SourceText) {
  const problems: Problem[] = [];
  const lists = readLists(config.lists, directory, source, problems);
  const geo = resolveGeo(config.geo, directory, source, problems);
  if (problems.length > 0) return { problems, config };
  const schemes = listSchemes(lists, source, problems);
  if (schemes !== null) problems.push(...checkRules(config, schemes, source));
  return { problems, config: { ...config, lists, geo } };
}

function readLists(
  lists: Lists,
  directory: string,
  source: SourceText,
  problems: Problem[],
): Lists {
  const out: Lists = {};
  for (const [name, list] of Object.entries(lists)) {
    const { file, items } = list;
    out[name] = list;
    if (file === undefined) continue;
    try {
      const text = readFileSync(resolve(directory, file), "utf8");
      const lines = text.split("\n").map((line) => (line.split("#")[0] as string).trim());
      out[name] = { ...list, items: [...items, ...lines.filter((line) => line !== "")] };
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      const message = `the file of this list can't be read (${reason})`;
      problems.push(source.problemAt(["lists", name, "file"], "value", message, null));
    }
  }
  return out;
}

/** Workers open the files by themselves, from wherever they stand. */
function resolveGeo(
  geo: GeoSettings,
  directory: string,
  source: SourceText,
  problems: Problem[],
): GeoSettings {
  const found = (key: keyof GeoSettings): string | null => {
    const name = geo[key];
    if (name === null) return null;
    const path = resolve(directory, name);
    if (!existsSync(path)) {
      problems.push(source.problemAt(["geo", key], "value", "no such file", null));
    }
    return path;
  };
  return { country: found("country"), asn: found("asn") };
}

function listSchemes(lists: Lists, source: SourceText, problems: Problem[]): Schemes | null {
  try {
    return schemesFor(lists);
  } catch (error) {
    if (!(error instanceof ListError)) throw error;
    const path = ["lists", error.list, "items", error.index];
    problems.push(source.problemAt(path, "value", error.message, null));
    return null;
  }
}

function checkRules(config: Config, schemes: Schemes, source: SourceText): Problem[] {
  const problems: Problem[] = [];
  const check = (path: Path, compile: () => unknown): void => {
    try {
      compile();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      problems.push(pointed(source, [...path, ...error.path], error.cause));
    }
  };
  const hash = new KeyHash(new Uint8Array(8));
  config.zones.forEach((zone, i) => {
    zone.rules.forEach((rule, j) => {
      check(["zones", i, "rules", j], () => compileRules([rule], schemes));
    });
    zone.rateLimits.forEach((rule, j) => {
      const path = ["zones", i, "rateLimits", j];
      check(path, () => compileLimits(zone.id, [rule], schemes, hash));
    });
  });
  return problems;
}

/** At the very char where the expression stands as it was written; else with its own column. */
function pointed(source: SourceText, path: Path, error: ExprError): Problem {
  const suggestion = error.suggestion === null ? null : `did you mean ${error.suggestion}?`;
  const problem = source.problemAt(path, "value", error.message, suggestion);
  const line = error.text.split("\n")[error.line - 1] ?? "";
  const start = problem.excerpt?.indexOf(line, (problem.column ?? 1) - 1) ?? -1;
  if (error.line === 1 && line !== "" && start >= 0) {
    return { ...problem, column: start + error.column, length: error.length };
  }
  const place = `line ${error.line}, column ${error.column} of the expression`;
  return { ...problem, message: `${error.message} (${place})` };
}
