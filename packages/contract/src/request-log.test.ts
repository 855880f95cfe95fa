import { expect, test } from "bun:test";
import fc from "fast-check";
import { type RequestLog, requestLogSchema, type WafLog } from "#request-log.ts";

const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constant('a"b\\c\n\ud800é'));
const count = fc.nat();
const time = fc.double({ min: 0, max: 1e9, noNaN: true });
const waf: fc.Arbitrary<WafLog> = fc.record({
  action: fc.constantFrom("none", "detected", "blocked", "failed"),
  inboundScore: fc.integer(),
  outboundScore: fc.integer(),
  matches: fc.array(
    fc.record({
      rule: count,
      phase: fc.integer({ min: 1, max: 5 }),
      message: text,
      tags: fc.array(text),
      severity: fc.option(fc.integer({ min: 0, max: 7 })),
      variable: text,
      excerpt: text,
      data: text,
    }),
    { maxLength: 3 },
  ),
  dropped: count,
  unfinished: fc.array(count),
  duration: time.map(Math.abs),
});
const record: fc.Arbitrary<RequestLog> = fc.record({
  time: fc
    .date({ min: new Date(0), max: new Date("2200-01-01"), noInvalidDate: true })
    .map((d) => d.toISOString()),
  zone: text,
  requestId: text,
  worker: count,
  connection: count,
  request: count,
  client: text,
  country: fc.constantFrom("", "FR"),
  method: text,
  scheme: fc.constantFrom("http", "https"),
  host: text,
  path: text,
  query: text,
  version: fc.constantFrom(10, 11, 20, 30),
  status: fc.integer({ min: 0, max: 999 }),
  bytesIn: count,
  bytesOut: count,
  duration: time.map(Math.abs),
  originTime: fc.option(time.map(Math.abs)),
  cache: fc.constantFrom("none", "hit", "miss", "stale", "revalidated", "bypass", "collapsed"),
  verdict: fc.constantFrom(
    "allow",
    "redirect",
    "deny",
    "interstitial",
    "challenge",
    "tarpit",
    "drop",
    "refused",
  ),
  code: fc.option(text),
  rules: fc.array(text, { maxLength: 3 }),
  fault: fc.option(fc.constantFrom("client", "origin", "edge", "operator")),
  outcome: fc.constantFrom("complete", "aborted", "failed"),
  tls: text,
  ja4: text,
  http2: text,
  userAgent: text,
  referer: text,
  waf: fc.option(waf),
});

test("a record is one line, fits the schema and comes back as it was", () => {
  fc.assert(
    fc.property(record, (r) => {
      const line = JSON.stringify(r);
      expect(line).not.toContain("\n");
      expect(requestLogSchema.parse(JSON.parse(line))).toEqual(r);
    }),
    { numRuns: 500 },
  );
});
