import type { RuleSet } from "@egide/waf/rule-set.ts";
import { formatRecord } from "@egide/waf/run/record.ts";
import type { Input } from "./case.ts";
import { answer } from "./backend.ts";
import { readRequest } from "./front.ts";
import type { Shown } from "./opinion/variant.ts";
import { rawRequest } from "./request.ts";

/** What came out of one stage. */
export interface StageResult {
  readonly status: number;
  readonly error: boolean;
  readonly ids: ReadonlySet<number>;
  readonly log: readonly string[];
  /** An error inside the engine. */
  readonly fault: string | undefined;
}

/** Sends one input through front, engine and back end. */
export function runStage(rules: RuleSet, input: Input): StageResult {
  const request = readRequest(rawRequest(input));
  const { response, ...seen } = showRequest(rules, request, request.line);
  return {
    ...seen,
    status: request.refused ? 400 : response.status,
    error: request.refused || request.incomplete,
  };
}

/** What the engine finds in a request and in the back end's answer to it. */
export function showRequest(rules: RuleSet, request: Shown, line: string) {
  const transaction = rules.begin({
    remoteAddress: "127.0.0.1",
    remotePort: 40_000,
    serverAddress: "127.0.0.1",
    serverPort: 80,
    budgetMs: 10_000,
  });
  transaction.requestLine(request.method, request.target, request.protocol, line);
  transaction.requestHeaders(request.headers);
  if (request.body !== "") transaction.requestBody(request.body);
  transaction.requestEnd();
  const response = answer(request.target, request.body);
  transaction.response(response.status, "HTTP/1.1", response.headers);
  if (response.body !== "") transaction.responseBody(response.body);
  transaction.responseEnd();
  const outcome = transaction.finish();
  return {
    response,
    ids: new Set(outcome.matches.map((match) => match.ruleId)),
    log: outcome.matches.map(formatRecord),
    fault: outcome.fault === undefined ? undefined : Bun.inspect(outcome.fault),
  };
}
