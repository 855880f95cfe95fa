import type { CacheSettings } from "@egide/contract/policy/cache.ts";
import { type Glob, compileGlob } from "./glob.ts";

export interface PathRule {
  readonly path: Glob;
  readonly mode: "bypass" | "default" | "override";
  readonly ttl: number;
  readonly staleWhileRevalidate: number | undefined;
  readonly staleIfError: number | undefined;
}

/** A zone's settings in the shape the hot path wants them. */
export interface Plan {
  readonly settings: CacheSettings;
  readonly honour: boolean;
  /** Lower case. */
  readonly targetedFields: readonly string[];
  readonly rules: readonly PathRule[];
  readonly negative: ReadonlyMap<number, number>;
  readonly downStatuses: ReadonlySet<number>;
  readonly ignoreQuery: readonly Glob[];
  readonly onlyQuery: readonly Glob[] | null;
  /** The key of a target with a query, or of any request, differs from the target itself. */
  readonly queryRules: boolean;
  readonly suffixRules: boolean;
  readonly keyHeaders: readonly string[];
}

export function compileSettings(settings: CacheSettings): Plan {
  const { key } = settings;
  const negative = new Map<number, number>();
  for (const rule of settings.negative) {
    for (const status of rule.statuses) negative.set(status, rule.ttlSeconds);
  }
  return {
    settings,
    honour: settings.requestDirectives === "honour",
    targetedFields: settings.targetedFields.map((name) => name.toLowerCase()),
    rules: settings.rules.map((rule) => ({
      path: compileGlob(rule.path),
      mode: rule.mode,
      ttl: rule.ttlSeconds,
      staleWhileRevalidate: rule.staleWhileRevalidateSeconds,
      staleIfError: rule.staleIfErrorSeconds,
    })),
    negative,
    downStatuses: new Set(settings.alwaysOnline.statuses),
    ignoreQuery: key.ignoreQuery.map(compileGlob),
    onlyQuery: key.onlyQuery === null ? null : key.onlyQuery.map(compileGlob),
    queryRules: key.ignoreQuery.length > 0 || key.onlyQuery !== null || key.sortQuery,
    suffixRules: key.headers.length > 0 || key.cookies.length > 0 || key.device,
    keyHeaders: key.headers.map((name) => name.toLowerCase()),
  };
}

/** The first rule that matches the path of `target`. */
export function ruleFor(plan: Plan, target: string): PathRule | null {
  if (plan.rules.length === 0) return null;
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  for (const rule of plan.rules) if (rule.path(path)) return rule;
  return null;
}
