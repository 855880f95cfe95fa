import { describe, expect, test } from "bun:test";
import { traceSettingsSchema } from "@egide/contract/policy/log.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import fc from "fast-check";
import type { Facts } from "#facts.ts";
import { factsOf } from "#log/testing/facts.ts";
import { newId, parseTraceparent, traceparent } from "#log/trace/context.ts";
import { type Post, SpanExporter } from "#log/trace/exporter.ts";
import { type Span, unixNano } from "#log/trace/otlp.ts";
import { Tracer } from "#log/trace/tracer.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

describe("traceparent", () => {
  test.each([
    [`00-${TRACE}-${PARENT}-01`, true],
    [`00-${TRACE}-${PARENT}-00`, false],
    [`00-${TRACE}-${PARENT}-03`, true],
    [`cc-${TRACE}-${PARENT}-01-more`, true],
  ])("%s is read", (field, sampled) => {
    expect(parseTraceparent(field)).toEqual({ traceId: TRACE, parentId: PARENT, sampled });
  });

  test.each([
    undefined,
    "",
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${"0".repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}-01 `,
  ])("%s begins anew", (field) => {
    expect(parseTraceparent(field)).toBeNull();
  });

  test("what we write, we read", () => {
    const context = { traceId: newId(16), spanId: newId(8), parentId: "" };
    expect(parseTraceparent(traceparent(context, context.spanId))).toEqual({
      traceId: context.traceId,
      parentId: context.spanId,
      sampled: true,
    });
  });
});

test("nanoseconds keep every digit", () => {
  fc.assert(
    fc.property(fc.nat(4_102_444_800_000), fc.integer({ min: 0, max: 999 }), (ms, micro) => {
      const text = unixNano(ms + micro / 1000);
      expect(Math.abs(Number(BigInt(text) / 1000n) - (ms * 1000 + micro))).toBeLessThanOrEqual(2);
    }),
  );
});

function facts(more: Partial<Facts<null>> = {}): Facts<null> {
  const headers = ["Cookie", "SECRET"];
  const asked = { originAsked: 51, originAnswered: 53, cache: "miss" } as const;
  return factsOf(
    { version: 20, target: "/a?token=SECRET", headers },
    { time: 1_700_000_000_000, started: 50, ...asked, ...more },
  );
}

describe("a tracer", () => {
  function setUp(settings: Parameters<typeof traceSettingsSchema.parse>[0], random = 0.5) {
    const spans: Span[] = [];
    const parsed = traceSettingsSchema.parse(settings);
    return {
      spans,
      tracer: new Tracer(
        parsed,
        (span) => spans.push(span),
        () => random,
      ),
    };
  }

  test("makes a span of the request and one of the origin below it, without what is private", () => {
    const { tracer, spans } = setUp({ share: 1 });
    const traced = tracer.begin(undefined);
    if (traced === null) throw new Error("not traced");
    tracer.end(traced, facts(), 55.5);
    const [server, client] = spans;
    expect(server).toMatchObject({
      name: "GET",
      kind: 2,
      startTimeUnixNano: "1700000000000000000",
      endTimeUnixNano: "1700000000005500000",
      status: { code: 0 },
    });
    expect(server).not.toHaveProperty("parentSpanId");
    expect(client).toMatchObject({ kind: 3, parentSpanId: server?.spanId as string });
    expect(client?.startTimeUnixNano).toBe("1700000000001000000");
    expect(traced.outgoing).toBe(`00-${server?.traceId}-${client?.spanId}-01`);
    expect(JSON.stringify(spans)).not.toMatch(/SECRET|192\.0\.2\.77/);
  });

  test("marks what failed", () => {
    const { tracer, spans } = setUp({ share: 1 });
    const failed = facts({ status: 502, code: "origin.connect_failed", originAnswered: -1 });
    const traced = tracer.begin(undefined);
    if (traced === null) throw new Error("not traced");
    tracer.end(traced, failed, 60);
    expect(spans.map((span) => span.status.code)).toEqual([2, 2]);
    expect(JSON.stringify(spans[0])).toContain("origin.connect_failed");
  });

  test("heeds strangers' wishes only where it was told to", () => {
    const field = `00-${TRACE}-${PARENT}-01`;
    expect(setUp({ share: 0.5 }, 0.5).tracer.begin(field)).toBeNull();
    const own = setUp({ share: 0.6 }, 0.5).tracer.begin(field);
    expect(own?.context.traceId).not.toBe(TRACE);
    const continued = setUp({ share: 0, continueIncoming: true }).tracer.begin(field);
    expect(continued?.context).toMatchObject({ traceId: TRACE, parentId: PARENT });
    const unsampled = `00-${TRACE}-${PARENT}-00`;
    expect(setUp({ share: 0, continueIncoming: true }).tracer.begin(unsampled)).toBeNull();
  });
});

describe("the exporter", () => {
  const span = { traceId: TRACE, spanId: PARENT } as Span;
  function setUp(post: Post) {
    const clock = new FakeClock();
    let dropped = 0;
    const settings = {
      ...traceSettingsSchema.parse({ headers: { "X-Key": "k" } }),
      endpoint: "http://collector:4318/",
    };
    const exporter = new SpanExporter({
      settings,
      clock,
      onDropped: (n) => void (dropped += n),
      post,
    });
    return { clock, exporter, dropped: () => dropped };
  }

  test("gathers for some seconds, then sends what OTLP expects", async () => {
    const sent: string[] = [];
    const { clock, exporter } = setUp((url, headers, body) => {
      sent.push(url, JSON.stringify(headers), body);
      return Promise.resolve(true);
    });
    exporter.add(span);
    exporter.add(span);
    expect(sent).toHaveLength(0);
    clock.advance(5000);
    expect(sent[0]).toBe("http://collector:4318/v1/traces");
    expect(sent[1]).toContain('"X-Key":"k"');
    expect(JSON.parse(sent[2] as string)).toMatchObject({
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "egide" } }] },
          scopeSpans: [{ spans: [span, span] }],
        },
      ],
    });
    await exporter.close();
    expect(clock.pending).toBe(0);
  });

  test("never holds more than its bound, and counts what it lost", async () => {
    const gate = Promise.withResolvers<boolean>();
    const { exporter, dropped } = setUp(() => gate.promise);
    for (let i = 0; i < 5000; i++) exporter.add(span);
    expect(dropped()).toBe(5000 - 4096 - 512);
    gate.resolve(false);
    await exporter.close();
    expect(dropped()).toBe(5000);
  });

  test("outlives a collector that is down", async () => {
    const { exporter, dropped } = setUp(() => Promise.reject(new Error("refused")));
    exporter.add(span);
    await exporter.close();
    expect(dropped()).toBe(1);
  });

  test("speaks to a real collector over HTTP", async () => {
    const bodies: unknown[] = [];
    const server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        bodies.push(await request.json());
        return new Response("{}");
      },
    });
    const exporter = new SpanExporter({
      settings: { ...traceSettingsSchema.parse({}), endpoint: server.url.href },
      clock: new FakeClock(),
      onDropped: () => expect.unreachable(),
    });
    exporter.add(span);
    await exporter.close();
    await server.stop(true);
    expect(bodies).toHaveLength(1);
  });
});
