import { describe, expect, test } from "bun:test";
import { gunzipSync } from "node:zlib";
import { respondPolicySchema } from "@egide/contract/policy/respond.ts";
import { AppError } from "@egide/std/error.ts";
import { FakeExchange, type FakeExchangeInit } from "@egide/testkit/fake-exchange.ts";
import { FakeSource } from "@egide/testkit/fake-source.ts";
import { Dress } from "#respond/dress.ts";
import type { Reply } from "#respond/reply.ts";
import { sendResponse } from "#respond/send.ts";
import type { OriginResponse } from "#stream.ts";

type Policy = Parameters<typeof respondPolicySchema.parse>[0];

function setUp(init: FakeExchangeInit, response: Partial<OriginResponse>, policy: Policy = {}) {
  const exchange = new FakeExchange(init);
  const source = new FakeSource();
  const finished: string[] = [];
  const reply: Reply = {
    dress: new Dress(respondPolicySchema.parse(policy)),
    requestId: "req-1",
    finished: (outcome, error) =>
      void finished.push(error === null ? outcome : `${outcome} ${error.code}`),
  };
  const full: OriginResponse = {
    status: 200,
    reason: "OK",
    headers: ["Content-Type", "text/plain"],
    bodyLength: -1,
    body: source,
    tunnel: null,
    ...response,
  };
  sendResponse(exchange, full, reply);
  return { exchange, source, finished };
}

const lost = new AppError({
  code: "origin.reset",
  source: "origin",
  retry: false,
  publicMessage: "gone",
});
const GZIP = ["Accept-Encoding", "gzip"];

describe("a body passed on", () => {
  test("comes as it was, with its length and trailers", () => {
    const { exchange, source, finished } = setUp(
      {},
      { bodyLength: 6, status: 201, reason: "Made" },
    );
    expect([exchange.status, exchange.reason, exchange.length]).toEqual([201, "Made", 6]);
    source.data("abc");
    source.data("def");
    source.end(["X-Sum", "1"]);
    expect(exchange.text).toBe("abcdef");
    expect(exchange.trailers).toEqual(["X-Sum", "1"]);
    expect(exchange.state).toBe("ended");
    expect(finished).toEqual(["complete"]);
  });

  test("stops while the visitor reads slowly, and goes on after", () => {
    const { exchange, source } = setUp({}, {});
    exchange.room = 4;
    source.data("abc");
    expect(source.paused).toBe(false);
    source.data("def");
    expect(source.paused).toBe(true);
    exchange.drain();
    expect(source.paused).toBe(false);
    source.data("ghi");
    source.end();
    expect(exchange.text).toBe("abcdefghi");
    expect(source.pauses).toBe(1);
  });

  test.each([
    ["the origin breaks off", -1, (s: FakeSource) => s.fail(lost), "failed origin.reset"],
    ["it ends too early", 9, (s: FakeSource) => s.end(), "failed origin.length_mismatch"],
    ["it is too long", 4, (s: FakeSource) => s.data("xyz"), "failed origin.length_mismatch"],
  ])("is not taken for whole where %s", (_name, bodyLength, then, outcome) => {
    const { exchange, source, finished } = setUp({}, { bodyLength });
    source.data("abc");
    then(source);
    expect(exchange.state).toBe("broken");
    expect(exchange.text).toBe("abc");
    expect(finished).toEqual([outcome]);
    source.sink?.end(null); // a source that does not keep to its contract
    expect(finished).toHaveLength(1);
  });

  test("is cancelled where the visitor leaves", () => {
    const { exchange, source, finished } = setUp({}, {});
    source.data("abc");
    exchange.leave();
    expect(source.cancelled).toBe(true);
    expect(finished).toEqual(["aborted"]);
  });

  test("is not read for HEAD, though its length is told", () => {
    const { exchange, source, finished } = setUp({ method: "HEAD" }, { bodyLength: 50 });
    expect([exchange.length, exchange.state, source.cancelled]).toEqual([50, "ended", true]);
    expect(finished).toEqual(["complete"]);
  });
});

describe("the head", () => {
  test("loses what concerns one connection, and gains what the zone adds", () => {
    const headers = [
      ["Content-Type", "text/plain"],
      ["CONNECTION", "close"],
      ["keep-alive", "timeout=5"],
      ["Transfer-Encoding", "chunked"],
      ["Content-Length", "3"],
      ["Proxy-Connection", "x"],
      ["Upgrade", "h2c"],
      ["TE", "trailers"],
      ["Server", "Apache"],
      ["x-request-id", "forged"],
      ["Set-Cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["Via", "1.0 inner"],
    ].flat();
    const policy = {
      server: { replace: "front" },
      hsts: { maxAge: 60, includeSubDomains: true },
      altSvc: 'h3=":443"',
    } as const;
    const { exchange } = setUp({}, { headers }, policy);
    expect(exchange.headers.join(" | ")).toBe(
      [
        "Content-Type | text/plain | Set-Cookie | a=1 | set-cookie | b=2 | Via | 1.0 inner",
        'Vary | Accept-Encoding | Server | front | Alt-Svc | h3=":443"',
        "Strict-Transport-Security | max-age=60; includeSubDomains",
        "Via | 1.1 egide | X-Request-Id | req-1",
      ].join(" | "),
    );
  });

  test("promises nothing about TLS over plain HTTP", () => {
    const headers = ["Strict-Transport-Security", "max-age=1"];
    const { exchange } = setUp({ scheme: "http" }, { headers }, { hsts: {}, altSvc: "clear" });
    expect(exchange.header("strict-transport-security")).toBeUndefined();
    expect(exchange.header("alt-svc")).toBeUndefined();
  });

  test("keeps what the zone leaves to its origin", () => {
    const headers = ["Server", "Apache", "X-Request-Id", "theirs", "Alt-Svc", "clear"];
    const policy = { via: null, requestIdHeader: null };
    expect(setUp({}, { headers }, policy).exchange.headers).toEqual(headers);
    const bare = setUp({}, { headers }, { ...policy, server: "remove" }).exchange;
    expect(bare.header("server")).toBeUndefined();
  });
});

describe("compression", () => {
  const long = "All work and no play. ".repeat(200);

  test("of a short body in one piece has a length, and another validator", () => {
    const headers = ["Content-Type", "text/html; charset=utf-8", "ETag", '"v1"', "Vary", "Origin"];
    const { exchange, source, finished } = setUp(
      { headers: GZIP },
      { headers: [...headers, "Accept-Ranges", "bytes"], bodyLength: long.length },
    );
    expect(exchange.state).toBe("waiting");
    source.data(long);
    source.end();
    expect(exchange.length).toBe(exchange.written.length);
    expect(gunzipSync(exchange.written).toString()).toBe(long);
    expect(exchange.header("content-encoding")).toBe("gzip");
    expect(exchange.header("etag")).toBe('W/"v1"');
    expect(exchange.header("vary")).toBe("Origin, Accept-Encoding");
    expect(exchange.header("accept-ranges")).toBeUndefined();
    expect(finished).toEqual(["complete"]);
  });

  test("of a short body that comes within one turn in pieces is the same", async () => {
    const held = { headers: GZIP };
    const { exchange, source } = setUp(held, { bodyLength: 3 * long.length });
    for (const piece of [long, long, long]) {
      expect(exchange.state).toBe("waiting");
      source.data(piece);
    }
    source.end();
    expect(exchange.length).toBe(exchange.written.length);
    expect(gunzipSync(exchange.written).toString()).toBe(long + long + long);
    await turn();
    expect(exchange.state).toBe("ended");
  });

  test("of a short body whose end takes longer lets out what came", async () => {
    const { exchange, source, finished } = setUp(
      { headers: GZIP },
      { bodyLength: 3 * long.length },
    );
    source.data(long);
    source.data(long);
    await turn();
    expect([exchange.state, exchange.length]).toEqual(["started", -1]);
    expect(partial(exchange)).toBe(long + long);
    source.data(long);
    source.end();
    expect(gunzipSync(exchange.written).toString()).toBe(long + long + long);
    expect(finished).toEqual(["complete"]);
  });

  test("of a short body that breaks off within its turn sends nothing of it", async () => {
    const { exchange, source, finished } = setUp(
      { headers: GZIP },
      { bodyLength: 3 * long.length },
    );
    source.data(long);
    source.fail(lost);
    await turn();
    expect([exchange.state, exchange.text]).toEqual(["broken", ""]);
    expect(finished).toEqual(["failed origin.reset"]);
  });

  test("does not make a body longer", () => {
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(2000)));
    const { exchange, source } = setUp({ headers: GZIP }, { bodyLength: 2000 });
    source.data(noise);
    source.end();
    expect(exchange.header("content-encoding")).toBeUndefined();
    expect(exchange.length).toBe(2000);
  });

  test("of a stream starts at once and lets each event out", async () => {
    const headers = ["Content-Type", "text/event-stream"];
    const { exchange, source } = setUp({ headers: GZIP }, { headers });
    expect(exchange.state).toBe("started");
    source.data("data: one\n\n");
    await turn();
    expect(partial(exchange)).toBe("data: one\n\n");
    source.data("data: two\n\n");
    await turn();
    expect(partial(exchange)).toBe("data: one\n\ndata: two\n\n");
    source.end();
    expect(gunzipSync(exchange.written).toString()).toBe("data: one\n\ndata: two\n\n");
  });

  test("of a stream that breaks off leaves nothing that could pass for whole", () => {
    const { exchange, source, finished } = setUp({ headers: GZIP }, {});
    source.data(long);
    source.fail(lost);
    expect(exchange.state).toBe("broken");
    expect(() => gunzipSync(exchange.written)).toThrow();
    expect(finished).toEqual(["failed origin.reset"]);
  });

  test("of nothing is still a valid stream", () => {
    const { exchange, source } = setUp({ headers: GZIP }, {});
    source.end();
    expect(gunzipSync(exchange.written)).toHaveLength(0);
  });

  test("respects the slow reader and the one who leaves in the middle", () => {
    const { exchange, source, finished } = setUp({ headers: GZIP }, {});
    exchange.room = 1;
    source.data(crypto.getRandomValues(new Uint8Array(300_000)));
    expect(source.paused).toBe(true);
    exchange.drain();
    expect(source.paused).toBe(false);
    exchange.leave();
    expect(source.cancelled).toBe(true);
    expect(finished).toEqual(["aborted"]);
  });

  test("gives way beyond the streams that a worker may hold", () => {
    const first = setUp({ headers: GZIP }, {}, { compression: { maxStreams: 1 } });
    first.source.data(long);
    const second = setUp({ headers: GZIP }, {}, { compression: { maxStreams: 1 } });
    expect(second.exchange.header("content-encoding")).toBeUndefined();
    expect(second.exchange.header("vary")).toBe("Accept-Encoding");
    first.source.end();
    const third = setUp({ headers: GZIP }, {}, { compression: { maxStreams: 1 } });
    expect(third.exchange.header("content-encoding")).toBe("gzip");
    third.exchange.leave();
  });

  const type = ["Content-Type", "text/plain"];
  test.each<[string, Partial<OriginResponse>, string | undefined]>([
    ["a part", { status: 206, headers: [...type, "Content-Range", "bytes 0-1/2"] }, undefined],
    ["a body that is coded already", { headers: [...type, "Content-Encoding", "br"] }, undefined],
    ["no-transform", { headers: [...type, "Cache-Control", "public, No-Transform"] }, undefined],
    ["a digest of the bytes", { headers: [...type, "Content-Digest", "sha-256=:x:"] }, undefined],
    ["a type that gains nothing", { headers: ["Content-Type", "image/png"] }, undefined],
    ["no type at all", { headers: [] }, undefined],
    ["a body that is short", { bodyLength: 100 }, undefined],
  ])("leaves %s as it is", (_name, response, vary) => {
    const { exchange } = setUp({ headers: GZIP }, response);
    expect(exchange.header("content-encoding")).toBe(
      response.headers?.includes("br") === true ? "br" : undefined,
    );
    expect(exchange.header("vary")).toBe(vary);
  });

  test("is told for HEAD as for GET", () => {
    const { exchange } = setUp({ method: "HEAD", headers: GZIP }, { bodyLength: 9000 });
    expect(exchange.header("content-encoding")).toBe("gzip");
    expect(exchange.length).toBe(-1);
  });

  test("names a weakened validator the same when it is still good", () => {
    const headers = ["ETag", '"v1"'];
    const held = { headers: ["If-None-Match", 'W/"v1"'] };
    const weak = setUp(held, { status: 304, headers, body: null });
    expect(weak.exchange.header("etag")).toBe('W/"v1"');
    expect(weak.exchange.header("vary")).toBe("Accept-Encoding");
    const strong = setUp(
      { headers: ["If-None-Match", '"v1"'] },
      { status: 304, headers, body: null },
    );
    expect(strong.exchange.header("etag")).toBe('"v1"');
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a visitor can read of a gzip stream that has not ended. */
function partial(exchange: FakeExchange): string {
  return gunzipSync(exchange.written, { finishFlush: 2 }).toString();
}
