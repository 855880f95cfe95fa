import { readFileSync } from "node:fs";
import { type Config, configSchema } from "@egide/contract/config.ts";
import type { ConfigFile } from "#config/file.ts";
import { environmentProblem, overlayEnvironment } from "#config/environment.ts";
import { explainIssues } from "#config/explain.ts";
import type { Problem } from "#config/problem.ts";
import { completeRules } from "#config/rules.ts";
import { configShape } from "#config/shape.ts";
import { readText } from "#config/text.ts";

export type Loaded =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a file and the environment over it. Never throws for what an operator wrote. */
export function loadConfigFile({ path, name, directory }: ConfigFile, env: Environment): Loaded {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return { ok: false, problems: [unreadable(name, error)] };
  }
  return loadConfigText(name, text, env, directory);
}

/** `directory`: what relative paths in it start from. */
export function loadConfigText(
  name: string,
  text: string,
  env: Environment,
  directory = ".",
): Loaded {
  const source = readText(name, text);
  if (source.problems.length > 0) return { ok: false, problems: source.problems };
  const overlay = overlayEnvironment(source.value ?? {}, env);
  const parsed = configSchema.safeParse(overlay.value);
  if (parsed.success && overlay.problems.length === 0) {
    const { config, problems } = completeRules(parsed.data, directory, source);
    return problems.length === 0 ? { ok: true, config } : { ok: false, problems };
  }
  const problems: Problem[] = [...overlay.problems];
  const explained = explainIssues(parsed.error?.issues ?? [], overlay.value, configShape().keysAt);
  for (const { path, at, message, suggestion } of explained) {
    const variable = variableOf(path, overlay.origin);
    problems.push(
      variable === null
        ? source.problemAt(path, at, message, suggestion)
        : environmentProblem(variable, message, suggestion),
    );
  }
  return { ok: false, problems };
}

/** The variable that set this value or a parent of it. */
function variableOf(
  path: readonly PropertyKey[],
  origin: ReadonlyMap<string, string>,
): string | null {
  for (let depth = path.length; depth > 0; depth--) {
    const variable = origin.get(path.slice(0, depth).join("."));
    if (variable !== undefined) return variable;
  }
  return null;
}

function unreadable(file: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code;
  const message =
    code === "ENOENT"
      ? "no such file"
      : code === "EACCES"
        ? "may not be read"
        : `not readable (${code})`;
  return {
    source: file,
    line: null,
    column: null,
    length: 0,
    message,
    suggestion:
      code === "ENOENT"
        ? "name another with --config, or write it: docs/guide/first-site.md"
        : null,
    excerpt: null,
  };
}
