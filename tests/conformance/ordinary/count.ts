import { Random } from "@egide/waf/fuzz/inputs.ts";
import type { RuleSet } from "@egide/waf/rule-set.ts";
import type { Outcome } from "@egide/waf/run/outcome.ts";
import { type OrdinaryRequest, ordinaryRequest } from "./requests.ts";

/** What a rule set makes of ordinary requests. */
export interface FalsePositives {
  readonly count: number;
  /** Requests that would be refused. */
  readonly blocked: number;
  /** Requests that some rule matched, whether it came to anything or not. */
  readonly matched: number;
  /** Matches by rule id, most first. */
  readonly rules: readonly (readonly [id: number, count: number, message: string])[];
}

export interface CountOptions {
  readonly count: number;
  readonly seed: number;
  readonly paranoia: number;
  readonly onMatch?: (request: OrdinaryRequest, outcome: Outcome) => void;
}

/** Rules that only add up scores or tell of them. */
const isVerdict = (tags: readonly string[], id: number): boolean =>
  tags.includes("anomaly-evaluation") ||
  (id >= 949_000 && id < 950_000) ||
  (id >= 980_000 && id < 981_000);

export function countFalsePositives(rules: RuleSet, options: CountOptions): FalsePositives {
  const random = new Random(options.seed);
  const found = new Map<number, { count: number; message: string }>();
  let blocked = 0;
  let matched = 0;
  const level = String(options.paranoia);
  const variables = {
    crs_setup_version: "400",
    paranoia_level: level,
    blocking_paranoia_level: level,
    detection_paranoia_level: level,
    executing_paranoia_level: level,
  };
  for (let i = 0; i < options.count; i++) {
    const request = ordinaryRequest(random, i);
    const outcome = judge(rules, request, variables);
    if (outcome.fault !== undefined) throw outcome.fault;
    const seen = outcome.matches.filter((match) => !isVerdict(match.tags, match.ruleId));
    if (outcome.wouldBlock !== undefined) blocked++;
    if (seen.length === 0) continue;
    matched++;
    for (const { ruleId, message } of seen) {
      const entry = found.get(ruleId) ?? { count: 0, message };
      entry.count++;
      found.set(ruleId, entry);
    }
    options.onMatch?.(request, outcome);
  }
  const list = [...found].map(([id, { count, message }]) => [id, count, message] as const);
  return {
    count: options.count,
    blocked,
    matched,
    rules: list.sort((a, b) => b[1] - a[1] || a[0] - b[0]),
  };
}

function judge(
  rules: RuleSet,
  request: OrdinaryRequest,
  variables: Readonly<Record<string, string>>,
): Outcome {
  const transaction = rules.begin({
    mode: "detect",
    remoteAddress: "192.0.2.1",
    budgetMs: 60_000,
    variables,
  });
  transaction.requestLine(request.method, request.target, "HTTP/1.1");
  transaction.requestHeaders(request.headers);
  if (request.body !== "") transaction.requestBody(request.body);
  transaction.requestEnd();
  return transaction.finish();
}
