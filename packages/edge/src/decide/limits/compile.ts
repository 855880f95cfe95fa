import type { RateLimit } from "@egide/contract/policy/rate-limit.ts";
import { compile, compileValue } from "@egide/expr/compile/compile.ts";
import { ExprError } from "@egide/expr/error.ts";
import type { KeyHash } from "@egide/limit/key.ts";
import { RuleError, type Schemes } from "#decide/rules/compile.ts";
import { type KeyPart, keyPart } from "#decide/limits/characteristic.ts";
import type { RequestView } from "#fields/view.ts";

/** A rate limit that is in force. Times in milliseconds. */
export interface ReadyLimit {
  readonly id: string;
  /** Null: it is about every request. */
  readonly holds: ((view: RequestView) => boolean) | null;
  readonly key: readonly KeyPart[];
  /** Hash of what the counter belongs to besides: zone, rule and what it counts by. */
  readonly lo: number;
  readonly hi: number;
  readonly action: RateLimit["action"];
  readonly limit: number;
  readonly period: number;
  readonly hold: number;
  /** Null: counted when the request comes. Else what it was worth, once it is over. */
  readonly worth: Worth | null;
  /** Statuses of answers that count; null: by `counts`, or all. */
  readonly statuses: ReadonlySet<number> | null;
  readonly counts: ((view: RequestView) => boolean) | null;
  readonly rule: RateLimit;
}

export type Worth = "request" | "bytes" | "response" | "originTime";

/** Null for a zone without rate limits: its requests cost nothing here. Throws a RuleError. */
export function compileLimits(
  zone: string,
  rules: readonly RateLimit[],
  schemes: Schemes,
  hash: KeyHash,
): readonly ReadyLimit[] | null {
  const ready = rules.map((rule) => compileLimit(zone, rule, schemes, hash));
  const enabled = ready.filter(({ rule }) => rule.enabled);
  return enabled.length === 0 ? null : enabled;
}

function compileLimit(
  zone: string,
  rule: RateLimit,
  { request, response }: Schemes,
  hash: KeyHash,
): ReadyLimit {
  const { expression, characteristics, countExpression, statuses, per, action } = rule;
  const inPlace = <T>(path: readonly PropertyKey[], make: () => T): T => {
    try {
      return make();
    } catch (error) {
      if (error instanceof ExprError) throw new RuleError(rule.id, path, error);
      throw error;
    }
  };
  const key = characteristics.map((one, i) =>
    keyPart(one, (text) =>
      inPlace(["characteristics", i, "expression"], () => {
        const { type, evaluate, fields } = compileValue(text, response);
        const late = fields.find((name) => !request.fields.has(name));
        if (late !== undefined) {
          throw new ExprError(`${late} is not known before the answer`, text, 0, text.length);
        }
        if (type.kind === "array" || type.kind === "map") {
          throw new ExprError("this gives many values, and one is wanted", text, 0, text.length);
        }
        return evaluate;
      }),
    ),
  );
  // With other settings it is another counter: what was counted by the old ones says nothing.
  const identity = [zone, rule.id, per, action, rule.limit, rule.period, characteristics];
  hash.begin().text(JSON.stringify(identity)).finish();
  const scale = per === "originTime" ? 1000 : 1;
  return {
    id: rule.id,
    holds:
      expression === undefined
        ? null
        : inPlace(["expression"], () => compile(expression, request)).evaluate,
    key,
    lo: hash.lo,
    hi: hash.hi,
    action,
    limit: rule.limit * scale,
    period: rule.period * 1000,
    hold: rule.mitigationTime * 1000,
    worth: worthOf(rule),
    statuses: statuses === undefined ? null : new Set(statuses.flatMap(expand)),
    counts:
      countExpression === undefined
        ? null
        : inPlace(["countExpression"], () => compile(countExpression, response)).evaluate,
    rule,
  };
}

function worthOf({ per, countBeforeCache }: RateLimit): Worth | null {
  switch (per) {
    case "requests":
      return countBeforeCache === false ? "request" : null;
    case "bytes":
      return "bytes";
    case "responses":
      return "response";
    case "originTime":
      return "originTime";
  }
}

function expand(status: number | string): number[] {
  if (typeof status === "number") return [status];
  const first = Number(status[0]) * 100;
  return Array.from({ length: 100 }, (_, i) => first + i);
}
