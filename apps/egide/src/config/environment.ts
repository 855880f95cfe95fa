import { parse } from "yaml";
import type { Problem } from "#config/problem.ts";
import { configShape } from "#config/shape.ts";
import { nearest } from "#config/suggest.ts";

/** Variables with a meaning of their own: not settings of the file. */
export const RESERVED_VARIABLES = ["EGIDE_CONFIG"] as const;

export interface Overlay {
  readonly value: unknown;
  /** Which variable set what, so that an error names it. */
  readonly origin: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

/** Lays `EGIDE_…` variables over what the file says. A variable's text is read as YAML. */
export function overlayEnvironment(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): Overlay {
  const { settings } = configShape();
  const origin = new Map<string, string>();
  const problems: Problem[] = [];
  let out = value;
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("EGIDE_") || text === undefined) continue;
    if ((RESERVED_VARIABLES as readonly string[]).includes(name)) continue;
    const path = settings.get(name);
    if (path === undefined) {
      const meant = nearest(name, settings.keys());
      const suggestion = meant === null ? null : `did you mean ${meant}?`;
      problems.push(environmentProblem(name, "no setting has this name", suggestion));
      continue;
    }
    try {
      out = withValue(out, path, parse(text));
      origin.set(path.join("."), name);
    } catch {
      problems.push(environmentProblem(name, "not readable as a YAML value", null));
    }
  }
  return { value: out, origin, problems };
}

export function environmentProblem(
  name: string,
  message: string,
  suggestion: string | null,
): Problem {
  return { source: name, line: null, column: null, length: 0, message, suggestion, excerpt: null };
}

function withValue(root: unknown, path: readonly string[], leaf: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return leaf;
  const base = typeof root === "object" && root !== null && !Array.isArray(root) ? root : {};
  return { ...base, [step]: withValue((base as Record<string, unknown>)[step], rest, leaf) };
}
