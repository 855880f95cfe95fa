import type { Rule, RuleValue } from "@egide/contract/policy/rules.ts";
import { compile, compileValue } from "@egide/expr/compile/compile.ts";
import { ExprError } from "@egide/expr/error.ts";
import { spell } from "@egide/expr/function/spell.ts";
import { toBytes } from "@egide/expr/parse/string.ts";
import type { Scheme } from "@egide/expr/scheme.ts";
import type { RequestView } from "#fields/view.ts";

/** Gives a text, or undefined where this request has none to give. */
export type Text = (view: RequestView) => string | undefined;

/** A rule that is in force, its expression made ready. `does` holds the expressions of its action. */
export interface Ready<Does> {
  readonly id: string;
  readonly holds: (view: RequestView) => boolean;
  readonly does: Does;
}

type Firewall = Extract<
  Rule,
  { action: "allow" | "skip" | "log" | "challenge" | "block" | "tarpit" }
>;

export interface Redirect {
  readonly to: Text;
  readonly status: 301 | 302 | 307 | 308;
  readonly keepQuery: boolean;
}

export interface Rewrite {
  readonly path: Text | null;
  readonly query: Text | null;
}

export interface HeaderChange {
  readonly set: readonly (readonly [name: string, value: Text])[];
  readonly add: readonly (readonly [name: string, value: Text])[];
  /** Lower case. */
  readonly remove: ReadonlySet<string>;
}

/** The rules of a zone by phase, in the order in which the phases come. */
export interface ZoneRules {
  readonly redirects: readonly Ready<Redirect>[];
  readonly rewrites: readonly Ready<Rewrite>[];
  readonly firewall: readonly Ready<Firewall>[];
  readonly request: readonly Ready<HeaderChange>[];
  readonly response: readonly Ready<HeaderChange>[];
}

export interface Schemes {
  readonly request: Scheme<RequestView>;
  readonly response: Scheme<RequestView>;
}

/** Where in a rule an expression is wrong: `path` as in the configuration, below the rule. */
export class RuleError extends Error {
  readonly rule: string;
  readonly path: readonly PropertyKey[];
  override readonly cause: ExprError;

  constructor(rule: string, path: readonly PropertyKey[], cause: ExprError) {
    super(`rule ${rule}: ${cause.message} (column ${cause.column} of ${path.join(".")})`);
    this.rule = rule;
    this.path = path;
    this.cause = cause;
  }
}

/** Null for a zone without rules: its requests cost nothing here. Throws a RuleError. */
export function compileRules(rules: readonly Rule[], schemes: Schemes): ZoneRules | null {
  const all = rules.map((rule) => ({ rule, ready: compileRule(rule, schemes) }));
  const enabled = all.filter(({ rule }) => rule.enabled).map(({ ready }) => ready);
  if (enabled.length === 0) return null;
  const of = <P extends keyof ZoneRules>(phase: P) =>
    enabled.flatMap((one) => (one.phase === phase ? [one.ready] : [])) as unknown as ZoneRules[P];
  return {
    redirects: of("redirects"),
    rewrites: of("rewrites"),
    firewall: of("firewall"),
    request: of("request"),
    response: of("response"),
  };
}

interface InPhase {
  readonly phase: keyof ZoneRules;
  readonly ready: Ready<Firewall | Redirect | Rewrite | HeaderChange>;
}

function compileRule(rule: Rule, schemes: Schemes): InPhase {
  const scheme = rule.action === "response-headers" ? schemes.response : schemes.request;
  const { evaluate } = at(rule, ["expression"], () => compile(rule.expression, scheme));
  const make = (phase: keyof ZoneRules, does: InPhase["ready"]["does"]): InPhase => ({
    phase,
    ready: { id: rule.id, holds: evaluate, does },
  });
  const text = (value: RuleValue, path: readonly PropertyKey[]) =>
    compileText(rule, value, path, scheme);
  switch (rule.action) {
    case "redirect": {
      const { to, status, keepQuery } = rule;
      return make("redirects", { to: text(to, ["to"]), status, keepQuery });
    }
    case "rewrite":
      return make("rewrites", {
        path: rule.path === undefined ? null : text(rule.path, ["path"]),
        query: rule.query === undefined ? null : text(rule.query, ["query"]),
      });
    case "request-headers":
    case "response-headers": {
      const values = (key: "set" | "add") =>
        Object.entries(rule[key]).map(([name, value]) => [name, text(value, [key, name])] as const);
      const remove = new Set(rule.remove.map((name) => name.toLowerCase()));
      const phase = rule.action === "request-headers" ? "request" : "response";
      return make(phase, { set: values("set"), add: values("add"), remove });
    }
    case "allow":
    case "skip":
    case "log":
    case "challenge":
    case "block":
    case "tarpit":
      return make("firewall", rule);
  }
}

function compileText(
  rule: Rule,
  value: RuleValue,
  path: readonly PropertyKey[],
  scheme: Scheme<RequestView>,
): Text {
  if (typeof value === "string") {
    const bytes = toBytes(value);
    return () => bytes;
  }
  const { expression } = value;
  const { type, evaluate } = at(rule, [...path, "expression"], () => {
    const compiled = compileValue(expression, scheme);
    const { kind } = compiled.type;
    if (kind === "array" || kind === "map") {
      throw new ExprError("this gives many values, and one text is wanted", expression, 0, 1);
    }
    return compiled;
  });
  if (type.kind === "string") return evaluate as Text;
  return (view) => {
    const result = evaluate(view);
    return result === undefined ? undefined : spell(result);
  };
}

function at<T>(rule: Rule, path: readonly PropertyKey[], make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof ExprError) throw new RuleError(rule.id, path, error);
    throw error;
  }
}
