import { afterEach, describe, expect, test } from "bun:test";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { originsSchema } from "@egide/contract/policy/origin.ts";
import { systemClock } from "@egide/std/clock.ts";
import { TimerWheel } from "@egide/std/wheel.ts";
import { Collector } from "@egide/testkit/collect.ts";
import { FakeSource } from "@egide/testkit/fake-source.ts";
import { createAuthority } from "@egide/testkit/tls/certificate.ts";
import { makeRequest, type RigSettings } from "@egide/testkit/upstream-rig.ts";
import type { OriginRequest } from "#stream.ts";
import { dialOrigin } from "#upstream/reach/origin-dial.ts";
import { systemLookup } from "#upstream/reach/resolver.ts";
import { createUpstream, type Upstream } from "#upstream/upstream.ts";

const wheel = new TimerWheel(systemClock, { tickMs: 10 });
const opened: { stop(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.stop();
});

type Answer = (
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  body: string,
) => void;

interface Served {
  readonly port: number;
  sessions(): number;
}

async function serve(
  answer: Answer,
  options: http2.SecureServerOptions = {},
  isRaw = false,
): Promise<Served> {
  const secure = options.cert !== undefined;
  const server = secure ? http2.createSecureServer(options) : http2.createServer(options);
  let sessions = 0;
  const alive = new Set<{ destroy(): void }>();
  server.on("session", (session) => {
    sessions++;
    alive.add(session);
  });
  server.on("stream", (stream: http2.ServerHttp2Stream, headers) => {
    stream.on("error", () => {});
    if (isRaw) {
      answer(stream, headers, "");
      return;
    }
    let body = "";
    stream.on("data", (chunk: Buffer) => {
      body += chunk.toString("latin1");
    });
    stream.on("end", () => answer(stream, headers, body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({
    stop() {
      for (const one of alive) one.destroy();
      server.close();
    },
  });
  return { port: (server.address() as AddressInfo).port, sessions: () => sessions };
}

function reach(settings: RigSettings): Upstream {
  const upstream = createUpstream(originsSchema.parse(settings), {
    clock: systemClock,
    wheel,
    dial: dialOrigin,
    lookup: systemLookup,
    identity: { zone: "example.org", secret: "secret" },
    random: () => 0.5,
    told: () => {},
  });
  opened.push({ stop: () => upstream.close() });
  return upstream;
}

function send(upstream: Upstream, request: Partial<OriginRequest> = {}): Collector {
  const out = new Collector();
  upstream.fetch(makeRequest(request), out);
  return out;
}

async function get(upstream: Upstream, request: Partial<OriginRequest> = {}): Promise<Collector> {
  const out = send(upstream, request);
  await out.done;
  return out;
}

const echo: Answer = (stream, headers, body) => {
  stream.respond({ ":status": 200, "x-path": headers[":path"], "x-host": headers[":authority"] });
  stream.end(`${headers[":method"] ?? ""} ${body}`);
};

describe("HTTP/2 to origins", () => {
  test("without TLS, many requests on one session", async () => {
    const origin = await serve(echo);
    const upstream = reach({
      origins: [{ url: `http://127.0.0.1:${origin.port}`, protocol: "h2c" }],
    });
    const outs = Array.from({ length: 20 }, (_, i) => send(upstream, { target: `/${i}` }));
    await Promise.all(outs.map((out) => out.done));
    expect(outs.map((out) => out.head?.headers.join(" "))).toEqual(
      outs.map((_, i) => expect.stringContaining(`x-path /${i} x-host example.org`)),
    );
    expect(outs.every((out) => out.body === "GET " && !out.isLate)).toBe(true);
    expect(origin.sessions()).toBe(1);
    expect(upstream.stats().origins[0]).toMatchObject({ inFlight: 0, openConnections: 1 });
  });

  test("over TLS, agreed by ALPN and verified", async () => {
    const authority = createAuthority();
    const { cert, key } = authority.issue(["127.0.0.1"]);
    const origin = await serve(echo, { cert, key });
    const url = `https://127.0.0.1:${origin.port}`;
    const trusted = { url, protocol: "h2" as const, tls: { ca: authority.cert } };
    expect((await get(reach({ origins: [trusted] }))).body).toBe("GET ");
    const stranger = await get(reach({ origins: [{ url, protocol: "h2" }] }));
    expect(stranger.code).toBe("origin.tls_failed");
  });

  test("an origin that does not agree to it is a failure", async () => {
    const authority = createAuthority();
    const { cert, key } = authority.issue(["127.0.0.1"]);
    const plain = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert, key },
      socket: { data: () => {} },
    });
    opened.push(plain);
    const url = `https://127.0.0.1:${plain.port}`;
    const origins = [{ url, protocol: "h2" as const, tls: { ca: authority.cert } }];
    expect((await get(reach({ origins }))).code).toBe("origin.h2_refused");
  });

  test("gRPC takes it by itself: bodies both ways at once, and trailers", async () => {
    const origin = await serve(
      (stream, headers) => {
        stream.respond(
          { ":status": 200, "content-type": "application/grpc", "x-te": headers.te ?? "" },
          { waitForTrailers: true },
        );
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.on("data", (chunk: Buffer) => void stream.write(chunk));
        stream.on("end", () => stream.end());
      },
      {},
      true,
    );
    const upstream = reach({ origins: [{ url: `http://127.0.0.1:${origin.port}` }] });
    const body = new FakeSource();
    const headers = ["Content-Type", "application/grpc+proto"];
    const out = send(upstream, { method: "POST", headers, body, bodyLength: -1 });
    while (out.head === null) await Bun.sleep(1);
    body.data("one");
    while (out.body !== "one") await Bun.sleep(1);
    body.data(" two");
    body.end();
    await out.done;
    expect(out.body).toBe("one two");
    expect(out.trailers).toEqual(["grpc-status", "0"]);
    expect(out.head?.headers).toContain("trailers");
  });

  test("another session where one is full", async () => {
    const held: http2.ServerHttp2Stream[] = [];
    const origin = await serve((stream) => void held.push(stream), {
      settings: { maxConcurrentStreams: 2 },
    });
    const upstream = reach({
      origins: [{ url: `http://127.0.0.1:${origin.port}`, protocol: "h2c" }],
    });
    const first = send(upstream);
    while (held.length < 1) await Bun.sleep(1);
    const outs = [first, ...Array.from({ length: 4 }, () => send(upstream))];
    while (held.length < 5) await Bun.sleep(1);
    expect(origin.sessions()).toBe(3);
    for (const stream of held) {
      stream.respond({ ":status": 200 });
      stream.end("x");
    }
    await Promise.all(outs.map((out) => out.done));
    expect(outs.map((out) => out.body)).toEqual(["x", "x", "x", "x", "x"]);
  });

  test("time and cancelling", async () => {
    const silent: http2.ServerHttp2Stream[] = [];
    const origin = await serve((stream, headers) => {
      if (headers[":path"] === "/silent") {
        silent.push(stream);
        return;
      }
      stream.respond({ ":status": 200 });
      stream.write("half");
    });
    const upstream = reach({
      origins: [{ url: `http://127.0.0.1:${origin.port}`, protocol: "h2c" }],
      firstByteSeconds: 0.1,
      idleSeconds: 0.15,
      retry: { attempts: 0 },
    });
    expect((await get(upstream, { target: "/silent" })).code).toBe("origin.first_byte_timeout");
    const stalled = await get(upstream, { target: "/stalled" });
    expect([stalled.body, stalled.bodyCode]).toEqual(["half", "origin.idle_timeout"]);
    const left = new Collector();
    const call = upstream.fetch(makeRequest({ target: "/silent" }), left);
    while (silent.length < 2) await Bun.sleep(1);
    call.cancel();
    expect(upstream.stats().origins[0]).toMatchObject({ inFlight: 0 });
    expect(left.isDone).toBe(false);
    expect(origin.sessions()).toBe(1);
  });

  test("nobody there", async () => {
    const origin = await serve(echo);
    opened.pop()?.stop();
    const upstream = reach({
      origins: [{ url: `http://127.0.0.1:${origin.port}`, protocol: "h2c" }],
    });
    expect((await get(upstream)).code).toBe("origin.connect_failed");
  });

  test("active checks speak it too", async () => {
    const asked: unknown[] = [];
    const origin = await serve((stream, headers) => {
      asked.push(headers[":path"]);
      stream.respond({ ":status": headers[":path"] === "/down" ? 500 : 200 });
      stream.end();
    });
    const origins = [{ url: `http://127.0.0.1:${origin.port}`, protocol: "h2c" as const }];
    for (const [path, isUp] of [
      ["/up", true],
      ["/down", false],
    ] as const) {
      const upstream = reach({ origins, health: { active: { path } } });
      while (!asked.includes(path)) await Bun.sleep(1);
      // By the answer to a later request that of the check is there.
      if (isUp) await get(upstream);
      else while (upstream.stats().origins[0]?.isUp === true) await Bun.sleep(1);
      expect(upstream.stats().origins[0]?.isUp).toBe(isUp);
    }
  });
});
