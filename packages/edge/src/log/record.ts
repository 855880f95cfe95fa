import type { LogPolicy } from "@egide/contract/policy/log.ts";
import type { RequestLog } from "@egide/contract/request-log.ts";
import type { Facts } from "#facts.ts";
import type { AddressWriter } from "#wire/written-address.ts";
import { originOf, redactedNames, redactQuery, redactUrl } from "#wire/redact.ts";
import { isoTime } from "#log/time.ts";
import type { RawHeaders } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";

/** Longest texts that are written of what a visitor sent. */
const MOST_METHOD = 32;
const MOST_TARGET = 4096;
const MOST_FIELD = 1024;

const NO_RULES: string[] = [];

/** A zone's log policy, made ready once. */
export class LogRules {
  readonly policy: LogPolicy;
  readonly redacted: ReadonlySet<string>;

  constructor(policy: LogPolicy) {
    this.policy = policy;
    this.redacted = redactedNames(policy.redact);
  }

  /** False: this request is one of those that a sampled log leaves out. */
  takes(facts: Facts<unknown>, random: () => number): boolean {
    const { enabled, sample, alwaysFrom } = this.policy;
    if (!enabled) return false;
    if (sample >= 1) return true;
    if (facts.status >= alwaysFrom || (facts.outcome === "failed" && alwaysFrom < 600)) return true;
    return random() < sample;
  }
}

/** What stays of a request when it is over. `now`: monotonic milliseconds. */
export function buildRecord(
  facts: Facts<unknown>,
  rules: LogRules,
  worker: number,
  addresses: AddressWriter,
  now: number,
): RequestLog {
  const { exchange, target, verdict, originAsked, originAnswered } = facts;
  const { head, client, refusal } = exchange;
  const { policy } = rules;
  const mark = target.indexOf("?");
  const query =
    mark < 0 || !policy.query ? "" : redactQuery(target.slice(mark + 1), rules.redacted);
  return {
    time: isoTime(facts.time),
    zone: facts.zoneId,
    requestId: facts.requestId,
    worker,
    connection: client.connection,
    request: client.request,
    client: addresses.write(facts.client, policy.address),
    country: facts.country,
    method: short(head.method, MOST_METHOD),
    scheme: head.scheme,
    host: short(facts.host, MOST_FIELD),
    path: short(mark < 0 ? target : target.slice(0, mark), MOST_TARGET),
    query: short(query, MOST_TARGET),
    version: head.version,
    status: facts.status,
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    duration: micro(now - facts.started),
    originTime: originAsked < 0 || originAnswered < 0 ? null : micro(originAnswered - originAsked),
    cache: facts.cache,
    verdict: refusal !== null && verdict.kind === "deny" ? "refused" : verdict.kind,
    code: facts.code,
    rules: facts.rules ?? NO_RULES,
    fault: facts.fault,
    outcome: facts.outcome,
    tls: client.tls?.version ?? "",
    ja4: client.tls?.ja4 ?? "",
    http2: short(client.http2 ?? "", MOST_FIELD),
    userAgent: policy.userAgent ? short(field(head.headers, "user-agent"), MOST_FIELD) : "",
    referer: referer(head.headers, rules),
    waf: facts.waf,
  };
}

function referer(headers: RawHeaders, rules: LogRules): string {
  if (rules.policy.referer === "none") return "";
  const value = short(field(headers, "referer"), MOST_FIELD);
  if (value === "") return "";
  return rules.policy.referer === "origin" ? originOf(value) : redactUrl(value, rules.redacted);
}

function field(headers: RawHeaders, lower: string): string {
  const { length } = lower;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === length && nameIs(name, lower)) return headers[i + 1] as string;
  }
  return "";
}

function short(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, most);
}

/** Milliseconds to the microsecond; never below zero, whatever the clock did. */
function micro(ms: number): number {
  return ms <= 0 ? 0 : Math.round(ms * 1000) / 1000;
}
