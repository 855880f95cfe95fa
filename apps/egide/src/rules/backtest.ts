import type { RecordedRequest } from "@egide/contract/recorded-request.ts";
import type { MatchRecord } from "@egide/waf/run/record.ts";
import type { RuleEngine } from "#rules/engine.ts";

/** Who asked, as the sample knows it. */
export const VISITORS = ["verifiedBot", "feedReader", "passedChallenge", "unknown"] as const;
export type Visitor = RecordedRequest["visitor"];

/** A request that other rules would treat otherwise. */
export interface Difference {
  readonly record: RecordedRequest;
  readonly score: number;
  /** What would match, the deciding rules left out. */
  readonly matches: readonly MatchRecord[];
}

export interface BacktestResult {
  readonly requests: number;
  /** Had a body that the sample does not hold: judged by the rest. */
  readonly withoutBody: number;
  /** Blocked then (or found in detection mode) and now. */
  readonly same: number;
  /** Would be blocked now, and were not found then. */
  readonly newly: readonly Difference[];
  /** Found then, and would pass now. */
  readonly noLonger: readonly RecordedRequest[];
  /** Could not be judged within their bounds. */
  readonly unfinished: number;
  readonly byVisitor: Readonly<
    Record<Visitor, { readonly requests: number; readonly newly: number }>
  >;
  /** Rules behind what would newly be blocked, most first. */
  readonly byRule: readonly {
    readonly id: number;
    readonly message: string;
    readonly requests: number;
  }[];
}

const PROTOCOLS = { 10: "HTTP/1.0", 11: "HTTP/1.1", 20: "HTTP/2.0", 30: "HTTP/3.0" } as const;

/** Holds candidate rules against requests that were recorded. */
export function backtest(engine: RuleEngine, records: Iterable<RecordedRequest>): BacktestResult {
  const newly: Difference[] = [];
  const noLonger: RecordedRequest[] = [];
  const rules = new Map<number, { message: string; requests: number }>();
  const byVisitor = Object.fromEntries(
    VISITORS.map((visitor) => [visitor, { requests: 0, newly: 0 }]),
  ) as Record<Visitor, { requests: number; newly: number }>;
  let [requests, withoutBody, same, unfinished] = [0, 0, 0, 0];
  for (const record of records) {
    requests++;
    byVisitor[record.visitor].requests++;
    if (record.body === null && record.bodyBytes > 0) withoutBody++;
    const outcome = engine.judge({
      method: record.method,
      target: record.target,
      protocol: PROTOCOLS[record.version],
      headers: record.headers,
      // What is longer than what was kept would be taken for a body that broke off.
      body: record.body ?? "",
      client: record.client,
    });
    if (outcome !== null && outcome.unfinished.length > 0) unfinished++;
    const was = record.waf.action === "blocked" || record.waf.action === "detected";
    const is = outcome?.wouldBlock !== undefined;
    if (was && is) same++;
    else if (was) noLonger.push(record);
    if (was || !is || outcome === null) continue;
    byVisitor[record.visitor].newly++;
    const matches = outcome.matches.filter(isFinding);
    newly.push({ record, score: outcome.inboundScore, matches });
    const told = new Set<number>();
    for (const { ruleId, message } of matches) {
      if (told.has(ruleId)) continue;
      told.add(ruleId);
      const entry = rules.get(ruleId) ?? { message, requests: 0 };
      entry.requests++;
      rules.set(ruleId, entry);
    }
  }
  const byRule = [...rules].map(([id, entry]) => ({ id, ...entry }));
  byRule.sort((a, b) => b.requests - a.requests || a.id - b.id);
  return { requests, withoutBody, same, newly, noLonger, unfinished, byVisitor, byRule };
}

/** True for a rule that found something; false for one that only adds up scores or acts on them. */
export function isFinding({ ruleId, tags }: Pick<MatchRecord, "ruleId" | "tags">): boolean {
  const isEvaluation = [949, 959, 980].includes(Math.floor(ruleId / 1000));
  return !isEvaluation && !tags.includes("anomaly-evaluation");
}
