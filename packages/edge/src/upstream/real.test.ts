import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { originsSchema } from "@egide/contract/policy/origin.ts";
import { systemClock } from "@egide/std/clock.ts";
import { TimerWheel } from "@egide/std/wheel.ts";
import { badOrigins } from "@egide/testkit/bad-origins.ts";
import { Collector } from "@egide/testkit/collect.ts";
import { FakeSource } from "@egide/testkit/fake-source.ts";
import { goodOrigins } from "@egide/testkit/good-origins.ts";
import type { OriginCase } from "@egide/testkit/origin-case.ts";
import { freePort } from "@egide/testkit/port.ts";
import { startProcess } from "@egide/testkit/process.ts";
import { RawOrigin, type RawOriginOptions } from "@egide/testkit/raw-origin.ts";
import { createAuthority } from "@egide/testkit/tls/certificate.ts";
import { makeRequest, type RigSettings } from "@egide/testkit/upstream-rig.ts";
import type { OriginRequest } from "#stream.ts";
import { dialOrigin } from "#upstream/reach/origin-dial.ts";
import { systemLookup } from "#upstream/reach/resolver.ts";
import { createUpstream, type Upstream } from "#upstream/upstream.ts";

interface Socket {
  write(bytes: Uint8Array, at: number, length: number): number;
  end(): void;
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const wheel = new TimerWheel(systemClock, { tickMs: 10 });
const folder = mkdtempSync(join(tmpdir(), "egide-upstream-"));
const opened: { stop(): void }[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) one.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

function listen(options: RawOriginOptions): RawOrigin {
  const origin = new RawOrigin(options);
  opened.push(origin);
  return origin;
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

async function get(upstream: Upstream, request: Partial<OriginRequest> = {}): Promise<Collector> {
  const out = new Collector();
  upstream.fetch(makeRequest(request), out);
  await out.done;
  return out;
}

async function play(one: OriginCase): Promise<void> {
  const origin = listen({
    answer(socket, _text, number) {
      if (number > 1) {
        socket.write(OK);
        return;
      }
      // Long answers are more than a socket takes at once; what the client refuses need not arrive.
      let at = socket.write(Buffer.from(one.answer, "latin1"));
      const rest = (): void => {
        if (at < one.answer.length && socket.readyState === 1) {
          at += Math.max(0, socket.write(Buffer.from(one.answer.slice(at), "latin1")));
          setTimeout(rest, 1);
        }
      };
      rest();
      if (one.ending === "fin") socket.end();
      else if (one.ending === "reset") setTimeout(() => socket.terminate(), 5);
    },
  });
  const upstream = reach({ origins: [{ url: origin.url }], retry: { attempts: 0 } });
  const out = await get(upstream, { method: one.method ?? "GET", upgrade: one.upgrade ?? null });
  expect(out.code).toBe(one.code ?? null);
  expect(out.bodyCode).toBe(one.bodyCode ?? null);
  if (one.status !== undefined) expect(out.head?.status).toBe(one.status);
  if (one.body !== undefined) expect(out.body).toBe(one.body);
  if (one.bodyLength !== undefined) expect(out.head?.bodyLength).toBe(one.bodyLength);
  if (one.headers !== undefined) expect(out.head?.headers).toEqual([...one.headers]);
  if (one.trailers !== undefined) expect(out.trailers).toEqual([...one.trailers]);
  if (one.informed !== undefined) {
    expect(out.informed.map((i) => i.status)).toEqual([...one.informed]);
  }
  const second = new Collector();
  upstream.fetch(makeRequest(), second);
  if (one.reused === true) {
    await second.done;
    expect(second.body).toBe("ok");
    expect(origin.connections).toBe(1);
  } else {
    const stats = upstream.stats().origins[0];
    expect(stats?.idleConnections).toBe(0);
  }
  expect(out.isLate).toBe(false);
}

describe("origins on real sockets", () => {
  for (const one of [...goodOrigins, ...badOrigins]) test(one.name, () => play(one));
});

describe("origins that take their time", () => {
  test("an answer in drips", async () => {
    const answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    const origin = listen({
      answer(socket) {
        let at = 0;
        const drip = (): void => {
          socket.write(answer.charAt(at++));
          if (at < answer.length) setImmediate(drip);
        };
        drip();
      },
    });
    const upstream = reach({ origins: [{ url: origin.url }] });
    expect((await get(upstream)).body).toBe("abc");
    expect((await get(upstream)).body).toBe("abc");
    expect(origin.connections).toBe(1);
  });

  test("no answer at all", async () => {
    const origin = listen({ answer: () => {} });
    const upstream = reach({ origins: [{ url: origin.url }], firstByteSeconds: 0.05 });
    expect((await get(upstream)).code).toBe("origin.first_byte_timeout");
  });

  test("an answer that stops", async () => {
    const origin = listen({
      answer: (socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
    });
    const upstream = reach({ origins: [{ url: origin.url }], idleSeconds: 0.08 });
    const out = await get(upstream);
    expect(out.bodyCode).toBe("origin.idle_timeout");
    expect(out.body).toBe("half");
  });

  test("a connection that was closed meanwhile is replaced", async () => {
    const origin = listen({
      answer(socket, _text, number) {
        if (number === 1) socket.write(OK);
        else socket.terminate();
      },
    });
    const upstream = reach({ origins: [{ url: origin.url }], retry: { attempts: 0 } });
    for (let i = 0; i < 3; i++) expect((await get(upstream)).body).toBe("ok");
    expect(origin.connections).toBe(3);
    const post = await get(upstream, { method: "POST" });
    expect(post.code).toBe("origin.closed_early");
  });
});

describe("reaching origins", () => {
  test("that nobody answers for", async () => {
    const origin = listen({ answer: () => {} });
    const { url } = origin;
    origin.stop();
    expect((await get(reach({ origins: [{ url }] }))).code).toBe("origin.connect_failed");
  });

  test("by name", async () => {
    const origin = listen({ answer: (socket) => void socket.write(OK) });
    const upstream = reach({ origins: [{ url: `http://localhost:${origin.port}` }] });
    expect((await get(upstream)).body).toBe("ok");
  });

  test("by a name that does not exist", async () => {
    const upstream = reach({ origins: [{ url: "http://nowhere.invalid" }], connectSeconds: 3 });
    const { code } = await get(upstream);
    expect(["origin.dns_failed", "origin.connect_timeout"]).toContain(code as string);
  });

  test("on a unix socket", async () => {
    const unix = join(folder, "app.sock");
    const origin = listen({ unix, answer: (socket) => void socket.write(OK) });
    const upstream = reach({ origins: [{ url: `unix:${unix}` }] });
    expect((await get(upstream)).body).toBe("ok");
    expect((await get(upstream)).body).toBe("ok");
    expect(origin.connections).toBe(1);
    const missing = reach({ origins: [{ url: `unix:${join(folder, "none")}` }] });
    expect((await get(missing)).code).toBe("origin.connect_failed");
  });
});

describe("TLS to origins", () => {
  const authority = createAuthority();
  const stranger = createAuthority("Stranger");
  const server = authority.issue(["origin.example", "127.0.0.1"]);
  const named = authority.issue(["origin.example"]);
  const answer = (socket: { write(text: string): number }): void => void socket.write(OK);

  const ask = async (
    certificate: { cert: string; key: string },
    tls: object,
    extra: Bun.TLSOptions = {},
  ): Promise<Collector> => {
    const origin = listen({ answer, tls: { ...certificate, ...extra } });
    return get(reach({ origins: [{ url: `https://127.0.0.1:${origin.port}`, tls }] }));
  };

  test("an authority of one's own is trusted", async () => {
    expect((await ask(server, { ca: authority.cert })).body).toBe("ok");
  });

  test("no other is, be it unknown or the wrong one", async () => {
    expect((await ask(server, {})).code).toBe("origin.tls_failed");
    expect((await ask(server, { ca: stranger.cert })).code).toBe("origin.tls_failed");
  });

  test("the name must be the one asked for", async () => {
    expect((await ask(named, { ca: authority.cert })).code).toBe("origin.tls_failed");
    const other = { ca: authority.cert, serverName: "other.example" };
    expect((await ask(named, other)).code).toBe("origin.tls_failed");
    const right = { ca: authority.cert, serverName: "origin.example" };
    expect((await ask(named, right)).body).toBe("ok");
  });

  test("`chain` asks for the chain alone", async () => {
    expect((await ask(named, { ca: authority.cert, verify: "chain" })).body).toBe("ok");
    const wrong = { ca: stranger.cert, verify: "chain" };
    expect((await ask(named, wrong)).code).toBe("origin.tls_failed");
  });

  test("an expired certificate is none", async () => {
    const old = authority.issue(["127.0.0.1"], -1);
    expect((await ask(old, { ca: authority.cert })).code).toBe("origin.tls_failed");
  });

  test("`none` takes anything, and the figures say so", async () => {
    const origin = listen({ answer, tls: named });
    const tls = { verify: "none" as const, reasonForNone: "a test of what must be said aloud" };
    const upstream = reach({ origins: [{ url: `https://127.0.0.1:${origin.port}`, tls }] });
    expect((await get(upstream)).body).toBe("ok");
    expect(upstream.stats().origins[0]?.isVerified).toBe(false);
  });

  test("a client certificate is shown where the origin asks for one", async () => {
    const mutual = { ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    const client = authority.issue(["edge.example"]);
    const shown = { ca: authority.cert, certificate: client.cert, key: client.key };
    expect((await ask(server, shown, mutual)).body).toBe("ok");
    const { code } = await ask(server, { ca: authority.cert }, mutual);
    expect(code).not.toBeNull();
  });

  test("a plain origin behind https is a failure", async () => {
    const origin = listen({ answer });
    const upstream = reach({
      origins: [{ url: `https://127.0.0.1:${origin.port}` }],
      connectSeconds: 0.2,
    });
    expect((await get(upstream)).code).not.toBeNull();
  });
});

describe("bodies of some size", () => {
  const SIZE = 32 * 1024 * 1024;
  const CHUNK = Buffer.alloc(65_536, 0x61);

  test("come down no faster than they are read", async () => {
    let sent = 0;
    const origin = Bun.listen<null>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket) {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${SIZE}\r\n\r\n`);
          pour(socket);
        },
        drain: (socket) => pour(socket),
      },
    });
    function pour(socket: { write(bytes: Uint8Array, at: number, length: number): number }): void {
      while (sent < SIZE) {
        const took = socket.write(CHUNK, 0, Math.min(CHUNK.length, SIZE - sent));
        if (took <= 0) return;
        sent += took;
      }
    }
    opened.push(origin);
    const upstream = reach({ origins: [{ url: `http://127.0.0.1:${origin.port}` }] });
    const out = new Collector(false);
    upstream.fetch(makeRequest(), out);
    let read = 0;
    let isPaused = false;
    const { promise, resolve } = Promise.withResolvers<string>();
    const poll = setInterval(() => {
      const body = out.head?.body;
      if (body === undefined || body === null || isPaused) return;
      clearInterval(poll);
      body.pipe({
        data(chunk) {
          read += chunk.length;
          if (isPaused || read < 1024 * 1024) return;
          isPaused = true;
          body.pause();
          setTimeout(() => {
            // What the kernel's buffers hold, and what had been read, but no more than that.
            expect(sent).toBeLessThan(SIZE - 4 * 1024 * 1024);
            body.resume();
          }, 100);
        },
        end: () => resolve("end"),
        fail: (error) => resolve(error.code),
      });
    }, 1);
    expect(await promise).toBe("end");
    expect(read).toBe(SIZE);
  });

  test("go up no faster than they are taken", async () => {
    let got = 0;
    let reader: { resume(): void } | null = null;
    const origin = Bun.listen<null>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open(socket) {
          socket.pause();
          reader = socket;
        },
        data(socket, chunk) {
          const head = got === 0 ? chunk.indexOf("\r\n\r\n") + 4 : 0;
          got += chunk.length - head;
          if (got >= SIZE) socket.write(OK);
        },
      },
    });
    opened.push(origin);
    const upstream = reach({ origins: [{ url: `http://127.0.0.1:${origin.port}` }] });
    const out = new Collector();
    const body = new FakeSource();
    upstream.fetch(makeRequest({ method: "POST", body, bodyLength: SIZE }), out);
    let pushed = 0;
    let pausedAt = 0;
    const push = setInterval(() => {
      for (let n = 0; n < 64 && !body.paused && body.sink !== null && pushed < SIZE; n++) {
        body.sink.data(CHUNK);
        pushed += CHUNK.length;
      }
      if (pushed >= SIZE) {
        clearInterval(push);
        body.end();
      } else if (body.paused && pausedAt === 0) {
        pausedAt = pushed;
        setTimeout(() => {
          // An origin that does not read has stopped the upload, and nothing was piled up.
          expect(pushed).toBe(pausedAt);
          reader?.resume();
        }, 100);
      }
    }, 1);
    await out.done;
    expect(out.body).toBe("ok");
    expect(got).toBe(SIZE);
    expect(pausedAt).toBeGreaterThan(0);
    expect(pausedAt).toBeLessThan(SIZE / 2);
  });
});

describe("an origin that closes behind a body while its reader pauses", () => {
  const SIZE = 3 * 1024 * 1024;
  const authority = createAuthority();

  for (const secure of [false, true]) {
    for (const framed of [false, true]) {
      const name = `${secure ? "TLS" : "plain"}, ${framed ? "length" : "until close"}`;
      test(`loses nothing: ${name}`, async () => {
        const bytes = Buffer.alloc(SIZE, 0x62);
        let sent = 0;
        const pour = (socket: Socket): void => {
          while (sent < SIZE) {
            const took = socket.write(bytes, sent, SIZE - sent);
            if (took <= 0) return;
            sent += took;
          }
          socket.end();
        };
        const origin = Bun.listen<null>({
          hostname: "127.0.0.1",
          port: 0,
          ...(secure ? { tls: authority.issue(["127.0.0.1"]) } : {}),
          socket: {
            data(socket) {
              const length = framed ? `Content-Length: ${SIZE}\r\n` : "";
              socket.write(`HTTP/1.1 200 OK\r\n${length}Connection: close\r\n\r\n`);
              pour(socket);
            },
            drain: pour,
          },
        });
        opened.push(origin);
        const url = `${secure ? "https" : "http"}://127.0.0.1:${origin.port}`;
        const upstream = reach({ origins: [{ url, tls: { ca: authority.cert } }] });
        let read = 0;
        const { promise, resolve } = Promise.withResolvers<string>();
        upstream.fetch(makeRequest(), {
          informational: () => {},
          fail: (error) => resolve(error.code),
          response({ body }) {
            body?.pipe({
              data(chunk) {
                read += chunk.length;
                body.pause();
                setTimeout(() => body.resume(), read < 600_000 ? 10 : 0);
              },
              end: () => resolve("end"),
              fail: (error) => resolve(error.code),
            });
          },
        });
        expect(await promise).toBe("end");
        expect(read).toBe(SIZE);
      });
    }
  }
});

describe.if(Bun.which("nginx") !== null)("behind nginx", () => {
  test("kept connections, chunks, 304, ranges and closes as nginx does them", async () => {
    const port = await freePort();
    const config = join(folder, "nginx.conf");
    writeFileSync(join(folder, "page.txt"), "0123456789");
    writeFileSync(
      config,
      `${process.getuid?.() === 0 ? "user root;" : ""} daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_processes 1;
      events { worker_connections 64; }
      http {
        access_log off; keepalive_requests 3;
        client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3;
        uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
        server {
          listen 127.0.0.1:${port}; root ${folder};
          location = /echo { client_body_buffer_size 1m; client_body_in_single_buffer on;
            proxy_pass http://127.0.0.1:${port}/length; proxy_set_header X-Body $request_body; }
          location = /length { return 200 "$http_x_body"; }
          location = /gzip.txt { gzip on; gzip_min_length 1; gzip_types text/plain; alias ${folder}/page.txt; }
        }
      }`,
    );
    const nginx = await startProcess(["nginx", "-c", config, "-e", join(folder, "error.log")]);
    try {
      const upstream = reach({ origins: [{ url: `http://127.0.0.1:${port}` }] });
      for (let n = 0; n < 100; n++) {
        const asked = reach({ origins: [{ url: `http://127.0.0.1:${port}` }] });
        if ((await get(asked)).code === null) break;
        await Bun.sleep(20);
      }
      for (let n = 0; n < 10; n++) {
        const page = await get(upstream, { target: "/page.txt" });
        expect([page.head?.status, page.head?.bodyLength, page.body]).toEqual([
          200,
          10,
          "0123456789",
        ]);
      }
      const headers = (await get(upstream, { target: "/page.txt" })).head?.headers ?? [];
      const etag = headers[headers.indexOf("ETag") + 1] ?? "";
      const same = await get(upstream, { target: "/page.txt", headers: ["If-None-Match", etag] });
      expect(same.head?.status).toBe(304);
      const range = await get(upstream, { target: "/page.txt", headers: ["Range", "bytes=2-4"] });
      expect([range.head?.status, range.body]).toEqual([206, "234"]);
      const head = await get(upstream, { method: "HEAD", target: "/page.txt" });
      expect([head.head?.bodyLength, head.body]).toEqual([10, ""]);
      const zipped = await get(upstream, {
        target: "/gzip.txt",
        headers: ["Accept-Encoding", "gzip"],
      });
      expect(zipped.head?.bodyLength).toBe(-1);
      expect(Buffer.from(Bun.gunzipSync(Buffer.from(zipped.body, "latin1"))).toString()).toBe(
        "0123456789",
      );
      const body = new FakeSource();
      const out = new Collector();
      upstream.fetch(makeRequest({ method: "POST", target: "/echo", body, bodyLength: -1 }), out);
      while (body.sink === null) await Bun.sleep(1);
      body.data("ab");
      body.data("cd");
      body.end();
      await out.done;
      expect(out.body).toBe("abcd");
      expect(upstream.stats().origins[0]?.failures).toBe(0);
    } finally {
      await nginx.stop();
    }
  });
});
