import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { WafPolicy } from "@egide/contract/policy/waf.ts";
import { AppError } from "@egide/std/error.ts";
import type { RuleFile } from "@egide/waf/rule-set.ts";

export type RuleChoice = WafPolicy["rules"];

/** Where rule sets lie on this machine. */
export interface RulePlaces {
  /** Where `egide rules install crs` puts it. */
  readonly installed: string;
  /** Debian's modsecurity-crs, and its set-up. */
  readonly system: string;
  readonly systemSetup: string;
}

/** Where to read; `own`: the set that comes along; null: there is none. */
export type RuleSource = readonly string[] | "own" | null;

export function sourceOf(choice: RuleChoice, places: RulePlaces, hasOwn: boolean): RuleSource {
  if (typeof choice !== "string") return choice;
  const own = hasOwn ? "own" : null;
  if (choice === "own") return own;
  const crs = crsFolders(places);
  return crs ?? (choice === "auto" ? own : null);
}

function crsFolders({ installed, system, systemSetup }: RulePlaces): readonly string[] | null {
  if (existsSync(installed)) return [installed];
  const rules = join(system, "rules");
  if (!existsSync(rules)) return null;
  return existsSync(systemSetup) ? [systemSetup, rules] : [rules];
}

/** A rule or data file, and what tells whether it has changed. */
interface Listed {
  readonly path: string;
  readonly stamp: string;
}

/** How deep folders are looked into: a release has its rules one below its top. */
const MOST_DEPTH = 3;
const MOST_FILES = 2000;

/** All files of rules and of data below `paths`, sorted. Throws where one can't be read. */
export function listFiles(paths: readonly string[]): readonly Listed[] {
  const out: Listed[] = [];
  for (const path of paths) {
    const found: Listed[] = [];
    collect(path, 0, found);
    // The example is what a release is run with until somebody writes a set-up.
    const isSetUp = found.some(({ path }) => path.endsWith("/crs-setup.conf"));
    out.push(...found.filter(({ path }) => !(isSetUp && path.endsWith(".example"))));
  }
  return out;
}

function collect(path: string, depth: number, out: Listed[]): void {
  let stat: ReturnType<typeof statSync>;
  try {
    stat = statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  if (stat.isDirectory()) {
    if (depth > MOST_DEPTH) return;
    for (const name of readdirSync(path).sort()) {
      if (name.startsWith(".")) continue;
      const child = join(path, name);
      if (isRuleOrData(name) || statSync(child).isDirectory()) collect(child, depth + 1, out);
    }
    return;
  }
  if (out.length >= MOST_FILES) throw unreadable(path, { code: "more files than a rule set has" });
  out.push({ path, stamp: `${path} ${stat.size} ${stat.mtimeMs}` });
}

function isRuleOrData(name: string): boolean {
  return /\.(?:conf|data|txt)$/.test(name) || name === "crs-setup.conf.example";
}

/** Bytes of a file, one char a byte. */
export function readRuleFile(path: string): RuleFile {
  try {
    return { name: path, text: readFileSync(path, "latin1") };
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): AppError {
  const code = (error as { code?: string }).code ?? "can't be read";
  return new AppError({
    code: "waf.rules_invalid",
    source: "operator",
    retry: false,
    publicMessage: `${path}: ${code === "ENOENT" ? "no such file or folder" : code}`,
    cause: error,
  });
}
