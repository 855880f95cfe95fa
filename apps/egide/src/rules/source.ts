import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import {
  listFiles,
  readRuleFile,
  type RuleChoice,
  type RulePlaces,
  sourceOf,
} from "@egide/edge/inspect/rules/find.ts";
import { AppError } from "@egide/std/error.ts";
import type { RuleFile } from "@egide/waf/rule-set.ts";
import { ownRules } from "@egide/waf-rules/own.ts";
import { nearest } from "#config/suggest.ts";

/** Names of rule sets; anything else is a path. */
export const RULE_SETS = ["auto", "crs", "own"] as const;

/** The files of a rule set, read. */
export interface RuleSources {
  /** As people are told: `own`, or the paths. */
  readonly label: string;
  readonly rules: readonly RuleFile[];
  readonly data: readonly RuleFile[];
}

/** Where the rule sets of the installation with this state directory lie. */
export function placesOf(state: string): RulePlaces {
  return {
    installed: join(state, "rules", "crs"),
    system: "/usr/share/modsecurity-crs",
    systemSetup: "/etc/modsecurity/crs",
  };
}

/** What was written behind `--rules`, as a zone would say it. Throws AppError for what is neither. */
export function readChoice(words: readonly string[], cwd: string): RuleChoice {
  const [only] = words;
  if (only === undefined) return "auto";
  const name = RULE_SETS.find((one) => one === only);
  if (name !== undefined && words.length === 1) return name;
  return words.map((word) => {
    const path = resolve(cwd, word);
    if (existsSync(path)) return path;
    const meant = nearest(word, RULE_SETS);
    const hint =
      meant === null ? `known: ${RULE_SETS.join(", ")}; or name files` : `did you mean ${meant}?`;
    throw failure(`unknown rule set ${JSON.stringify(word)}; ${hint}`);
  });
}

/**
 * Reads the files of a choice, named as short as they can be spelled from `cwd`. Throws AppError where
 * there are none.
 */
export function readSources(choice: RuleChoice, places: RulePlaces, cwd: string): RuleSources {
  const source = sourceOf(choice, places, true);
  if (source === null) {
    throw failure("no Core Rule Set is on this machine: egide rules install crs fetches one");
  }
  if (source === "own") return { label: "own", rules: ownRules, data: [] };
  const shorten = (path: string): string => {
    const short = relative(cwd, path);
    return short === "" || short.startsWith("..") ? path : short;
  };
  const files = listFiles(source).map(({ path }) => ({
    name: shorten(path),
    text: readRuleFile(path).text,
  }));
  const isData = ({ name }: RuleFile): boolean => /\.(?:data|txt)$/.test(name);
  const rules = files.filter((file) => !isData(file));
  if (rules.length === 0)
    throw failure(`no rule file (*.conf) in ${source.map(shorten).join(", ")}`);
  return { label: source.map(shorten).join(", "), rules, data: files.filter(isData) };
}

function failure(publicMessage: string): AppError {
  return new AppError({ code: "rules.not_found", source: "operator", retry: false, publicMessage });
}
