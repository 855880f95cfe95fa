import { expect, test } from "bun:test";
import { logPolicySchema } from "@egide/contract/policy/log.ts";
import { type RequestLog, requestLogSchema, type WafLog } from "@egide/contract/request-log.ts";
import { FakeExchange } from "@egide/testkit/fake-exchange.ts";
import fc from "fast-check";
import type { Facts } from "#facts.ts";
import { RecordLines } from "#log/line.ts";
import { LogRules } from "#log/record.ts";
import { factsOf } from "#log/testing/facts.ts";
import type { Verdict } from "#verdict.ts";
import { originOf, redactQuery, redactUrl } from "#wire/redact.ts";
import { AddressWriter } from "#wire/written-address.ts";

const addresses = new AddressWriter(new Uint8Array(32).fill(1));
const rulesOf = (policy: Parameters<typeof logPolicySchema.parse>[0]): LogRules =>
  new LogRules(logPolicySchema.parse(policy));
const POLICIES = [
  rulesOf({}),
  rulesOf({ address: "hashed", query: false, userAgent: false, referer: "whole" }),
  rulesOf({ redact: ["b"], referer: "none" }),
];
const waf: WafLog = {
  action: "blocked",
  inboundScore: 5,
  outboundScore: 0,
  matches: [],
  dropped: 0,
  unfinished: [],
  duration: 0.25,
};

function written(line: RecordLines): string {
  const into = Buffer.alloc(line.most);
  return into.toString("utf8", 0, line.write(into, 0));
}

/** The record as it is to be, put together field by field. */
function recordOf(facts: Facts<null>, rules: LogRules, now: number): RequestLog {
  const { exchange, target, verdict, originAsked, originAnswered } = facts;
  const { head, client } = exchange;
  const { policy, redacted } = rules;
  const mark = target.indexOf("?");
  const field = (name: string): string => {
    const at = head.headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === name);
    return at < 0 ? "" : (head.headers[at + 1] as string);
  };
  const referer = field("referer");
  const referers = { none: "", origin: originOf(referer), whole: redactUrl(referer, redacted) };
  const micro = (ms: number): number => Math.max(0, Math.round(ms * 1000) / 1000);
  return {
    time: new Date(facts.time).toISOString(),
    zone: facts.zoneId,
    requestId: facts.requestId,
    worker: 3,
    connection: client.connection,
    request: client.request,
    client: addresses.write(facts.client, policy.address),
    country: facts.country,
    method: head.method.slice(0, 32),
    scheme: head.scheme,
    host: facts.host,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 || !policy.query ? "" : redactQuery(target.slice(mark + 1), redacted),
    version: head.version,
    status: facts.status,
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    duration: micro(now - facts.started),
    originTime: originAsked < 0 || originAnswered < 0 ? null : micro(originAnswered - originAsked),
    cache: facts.cache,
    verdict: exchange.refusal !== null && verdict.kind === "deny" ? "refused" : verdict.kind,
    code: facts.code,
    rules: facts.rules ?? [],
    fault: facts.fault,
    outcome: facts.outcome,
    tls: client.tls?.version ?? "",
    ja4: client.tls?.ja4 ?? "",
    http2: client.http2 ?? "",
    userAgent: policy.userAgent ? field("user-agent") : "",
    referer: referer === "" ? "" : referers[policy.referer],
    waf: facts.waf,
  };
}

const deny: Verdict = { kind: "deny", status: 403, code: "rule.block", headers: [], order: null };
/** Few values of each, so that neighbours are alike in most. */
const anyFacts = fc
  .record({
    method: fc.constantFrom("GET", 'P"\u00e9'),
    target: fc.constantFrom("/", "/a?b=1", "/a?b=2", '/"\\?token=x'),
    version: fc.constantFrom(10 as const, 11 as const, 20 as const),
    scheme: fc.constantFrom("http" as const, "https" as const),
    agent: fc.constantFrom(null, "Moz", "Bo\u0001t"),
    referer: fc.constantFrom(null, "https://u:p@a.test/x?token=1"),
    ja4: fc.constantFrom("", "t13d"),
    refused: fc.boolean(),
    more: fc.record({
      requestId: fc.constantFrom("req-1", "req-2"),
      time: fc.constantFrom(0, 999, 1_800_000_000_007),
      zoneId: fc.constantFrom("", "site", 's"ite'),
      host: fc.constantFrom("", "a.test"),
      client: fc.constantFrom("192.0.2.7", "2001:db8::1"),
      country: fc.constantFrom("", "FR"),
      verdict: fc.constantFrom<Verdict>(deny, { kind: "allow" }),
      rules: fc.constantFrom<string[] | null>(null, ["one"], ["one", "two"]),
      code: fc.constantFrom(null, "rule.block"),
      fault: fc.constantFrom(null, "client" as const),
      status: fc.constantFrom(0, 200, 403),
      cache: fc.constantFrom("none" as const, "miss" as const),
      started: fc.constantFrom(0, 99.9994, 99.9996, 100, 200),
      originAsked: fc.constantFrom(-1, 90),
      originAnswered: fc.constantFrom(-1, 91.25),
      outcome: fc.constantFrom("complete" as const, "aborted" as const),
      waf: fc.constantFrom(null, waf),
    }),
    rules: fc.constantFrom(...POLICIES),
  })
  .map(({ method, target, version, scheme, agent, referer, ja4, refused, more, rules }) => {
    const headers: string[] = [];
    if (agent !== null) headers.push("User-Agent", agent);
    if (referer !== null) headers.push("REFERER", referer);
    const refusal = { status: 400, code: "http1.obs_fold", detail: "" };
    const init = { method, target, version, scheme, headers, ja4, ...(refused ? { refusal } : {}) };
    const exchange = new FakeExchange(init);
    return { facts: factsOf(init, { ...more, exchange }), rules };
  });

test("each line tells its own request, whatever stood in the one before", () => {
  fc.assert(
    fc.property(fc.array(anyFacts, { minLength: 2, maxLength: 12 }), (requests) => {
      const lines = new RecordLines(3, addresses);
      for (const { facts, rules } of requests) {
        const line = written(lines.of(facts, rules, 100));
        expect(line).not.toContain("\n");
        const record = JSON.parse(line) as RequestLog;
        expect(record).toEqual(recordOf(facts, rules, 100));
        expect(requestLogSchema.safeParse(record).success).toBe(true);
        expect(Object.keys(record)).toEqual(Object.keys(requestLogSchema.shape));
      }
    }),
    { numRuns: 300 },
  );
});

test("times are written as JSON writes numbers", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
      const facts = factsOf({}, { started: 0 });
      const line = written(new RecordLines(0, addresses).of(facts, POLICIES[0] as LogRules, ms));
      expect(line).toContain(`"duration":${JSON.stringify(Math.round(ms * 1000) / 1000)},`);
    }),
  );
});
