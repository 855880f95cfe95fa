import { describe, expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { Collector } from "@egide/testkit/collect.ts";
import type { FakeConn } from "@egide/testkit/fake-conn.ts";
import { FakeSource } from "@egide/testkit/fake-source.ts";
import { badOrigins } from "@egide/testkit/bad-origins.ts";
import { goodOrigins } from "@egide/testkit/good-origins.ts";
import type { OriginCase } from "@egide/testkit/origin-case.ts";
import { UpstreamRig } from "@egide/testkit/upstream-rig.ts";
import * as fc from "fast-check";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Lets the origin do what the case says, in pieces that end at `cuts`. */
function play(conn: FakeConn, one: OriginCase, cuts: readonly number[]): void {
  let at = 0;
  for (const cut of [...cuts, one.answer.length]) {
    if (cut > at) conn.receive(one.answer.slice(at, cut));
    at = Math.max(at, cut);
  }
  if (one.ending === "fin") conn.finish();
  else if (one.ending === "reset") conn.lose();
}

function check(one: OriginCase, cuts: readonly number[]): void {
  const rig = new UpstreamRig({ retry: { attempts: 0 } });
  const { out } = rig.fetch({ method: one.method ?? "GET", upgrade: one.upgrade ?? null });
  const conn = rig.open();
  play(conn, one, cuts);
  expect(out.isDone).toBe(true);
  expect(out.isLate).toBe(false);
  expect(out.code).toBe(one.code ?? null);
  expect(out.bodyCode).toBe(one.bodyCode ?? null);
  if (one.status !== undefined) expect(out.head?.status).toBe(one.status);
  if (one.body !== undefined) expect(out.body).toBe(one.body);
  if (one.bodyLength !== undefined) expect(out.head?.bodyLength).toBe(one.bodyLength);
  if (one.headers !== undefined) expect(out.head?.headers).toEqual([...one.headers]);
  if (one.trailers !== undefined) expect(out.trailers).toEqual([...one.trailers]);
  if (one.informed !== undefined)
    expect(out.informed.map((i) => i.status)).toEqual([...one.informed]);
  // A connection that broke a rule, or was told to go, must not carry the next request.
  const [origin] = rig.upstream.stats().origins;
  expect(origin?.inFlight).toBe(0);
  expect(origin?.idleConnections).toBe(one.reused === true ? 1 : 0);
  if (one.reused !== true) expect(conn.isEnded || conn.isClosed).toBe(true);
  rig.fetch();
  expect(rig.dials.length).toBe(one.reused === true ? 1 : 2);
}

describe("what origins answer", () => {
  for (const one of [...goodOrigins, ...badOrigins]) {
    test(one.name, () => check(one, []));
  }

  for (const one of [...goodOrigins, ...badOrigins].filter((one) => one.answer.length < 5000)) {
    // Garbage and surplus are only seen in time when they come with what is before them.
    if (/garbage|behind 304/.test(one.name)) continue;
    test(`${one.name}, a byte at a time`, () => {
      const cuts = Array.from({ length: one.answer.length }, (_, i) => i + 1);
      // Broken heads are refused as soon as they show: later bytes meet a closed connection.
      check(one, cuts);
    });
  }

  test("property: however the bytes are cut, the same is heard", () => {
    const cases = goodOrigins.filter((one) => one.answer.length < 5000);
    fc.assert(
      fc.property(
        fc.constantFrom(...cases.filter((one) => !/believed/.test(one.name))),
        fc.array(fc.nat(400), { maxLength: 6 }),
        (one, cuts) =>
          check(
            one,
            cuts.map((cut) => cut % (one.answer.length + 1)).sort((a, b) => a - b),
          ),
      ),
    );
  });

  test("property: no bytes of an origin do harm", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        OK,
        "HTTP/1.1 ",
        "200 ",
        "\r\n",
        "\r\n\r\n",
        "Content-Length: 3\r\n",
        "5\r\n",
      ),
      fc.constantFrom(
        "Transfer-Encoding: chunked\r\n",
        "0\r\n\r\n",
        "Connection: close\r\n",
        "103 X",
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, reset) => {
        const rig = new UpstreamRig({ retry: { attempts: 0 } });
        const { out } = rig.fetch();
        const conn = rig.open();
        for (const one of pieces) if (!conn.isClosed) conn.receive(one);
        if (reset) conn.lose();
        else conn.finish();
        expect(out.isDone).toBe(true);
        expect(out.isLate).toBe(false);
        expect(rig.upstream.stats().origins[0]).toMatchObject({ inFlight: 0, waiting: 0 });
      }),
    );
  });
});

describe("what origins are sent", () => {
  const sent = (request: Parameters<UpstreamRig["fetch"]>[0], settings = {}): string => {
    const rig = new UpstreamRig(settings);
    rig.fetch(request);
    return rig.open().take();
  };

  test("the visitor's fields as they came, and Host", () => {
    expect(sent({ target: "/a?b", headers: ["user-agent", "x", "Accept", "*/*", "X-A", ""] })).toBe(
      "GET /a?b HTTP/1.1\r\nHost: example.org\r\nuser-agent: x\r\nAccept: */*\r\nX-A: \r\n\r\n",
    );
  });

  test("another Host where the origin wants one", () => {
    const origins = [{ url: "http://192.0.2.1", hostHeader: "inner.example" }];
    expect(sent({}, { origins })).toBe("GET / HTTP/1.1\r\nHost: inner.example\r\n\r\n");
  });

  test("a length of 0 where the method means content", () => {
    expect(sent({ method: "POST" })).toContain("\r\nContent-Length: 0\r\n\r\n");
    expect(sent({ method: "DELETE" })).not.toContain("Content-Length");
  });

  test("Connection: close where connections are not kept", () => {
    expect(sent({}, { keepAlive: { maxIdle: 0 } })).toContain("\r\nConnection: close\r\n\r\n");
  });

  test("a body with its length, and never more or less than that", () => {
    for (const [chunks, code] of [
      [["ab", "c"], null],
      [["abcd"], "origin.request_body_length"],
      [["ab"], "origin.request_body_length"],
    ] as const) {
      const rig = new UpstreamRig();
      const body = new FakeSource();
      const { out } = rig.fetch({ method: "POST", body, bodyLength: 3 });
      const conn = rig.open();
      for (const chunk of chunks) body.data(chunk);
      body.end();
      if (code === null) {
        expect(conn.take()).toEndWith("\r\nContent-Length: 3\r\n\r\nabc");
        conn.receive(OK);
        expect(out.body).toBe("ok");
      } else {
        expect(out.code).toBe(code);
        expect(conn.isAborted).toBe(true);
      }
    }
  });

  test("chunks and trailers where the length is not known", () => {
    const rig = new UpstreamRig();
    const body = new FakeSource();
    rig.fetch({ method: "POST", body, bodyLength: -1 });
    const conn = rig.open();
    body.data("0123456789abcdef");
    body.data("");
    body.end(["X-Sum", "1"]);
    expect(conn.take()).toEndWith(
      "\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\nX-Sum: 1\r\n\r\n",
    );
  });

  test("no faster than the origin reads", () => {
    const rig = new UpstreamRig();
    const body = new FakeSource();
    rig.fetch({ method: "POST", body, bodyLength: -1 });
    const conn = rig.open();
    conn.isFull = true;
    body.data("abc");
    expect(body.paused).toBe(true);
    conn.drain();
    expect(body.paused).toBe(false);
  });

  test("nothing of the body before 100, where the visitor waits for it", () => {
    const rig = new UpstreamRig();
    const body = new FakeSource();
    const headers = ["Expect", "100-continue"];
    const { out } = rig.fetch({ method: "POST", headers, body, bodyLength: 2 });
    const conn = rig.open();
    expect(conn.take()).toContain("Expect: 100-continue\r\n");
    expect(body.sink).toBeNull();
    conn.receive("HTTP/1.1 100 Continue\r\n\r\n");
    expect(body.sink).not.toBeNull();
    body.data("hi");
    body.end();
    conn.receive(OK);
    expect(out.informed).toEqual([]);
    expect(out.body).toBe("ok");
    expect(rig.upstream.stats().origins[0]?.idleConnections).toBe(1);
  });

  test("the body all the same where 100 does not come", () => {
    const rig = new UpstreamRig({ continueSeconds: 1 });
    const body = new FakeSource();
    rig.fetch({ method: "POST", headers: ["expect", "100-Continue"], body, bodyLength: 2 });
    rig.open();
    rig.clock.advance(900);
    expect(body.sink).toBeNull();
    rig.clock.advance(400);
    expect(body.sink).not.toBeNull();
  });

  test("nothing at all of the body where the answer is no", () => {
    const rig = new UpstreamRig();
    const body = new FakeSource();
    const headers = ["Expect", "100-continue"];
    const { out } = rig.fetch({ method: "POST", headers, body, bodyLength: 2 });
    const conn = rig.open();
    conn.receive("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n");
    expect(out.head?.status).toBe(417);
    expect(body.sink).toBeNull();
    expect(body.cancelled).toBe(true);
    expect(conn.isClosed).toBe(true);
  });
});

describe("an answer before the body is sent", () => {
  test("goes out while the body goes on", () => {
    const rig = new UpstreamRig();
    const body = new FakeSource();
    const { out } = rig.fetch({ method: "POST", body, bodyLength: 4 });
    const conn = rig.open();
    body.data("ab");
    conn.receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
    expect(out.body).toBe("x");
    body.data("cd");
    body.end();
    expect(conn.take()).toEndWith("abcd");
    conn.receive("0\r\n\r\n");
    expect(out.isDone).toBe(true);
    expect(rig.upstream.stats().origins[0]?.idleConnections).toBe(1);
  });

  test("that is whole ends the upload, and the connection", () => {
    const rig = new UpstreamRig();
    const body = new FakeSource();
    const { out } = rig.fetch({ method: "POST", body, bodyLength: 4 });
    const conn = rig.open();
    body.data("ab");
    conn.receive("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    expect(out.body).toBe("no");
    expect(body.cancelled).toBe(true);
    expect(conn.isClosed).toBe(true);
  });

  test("stands when the origin resets behind it", () => {
    const rig = new UpstreamRig();
    const body = new FakeSource();
    const { out } = rig.fetch({ method: "POST", body, bodyLength: 4 });
    const conn = rig.open();
    conn.receive("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n");
    conn.lose();
    expect(out.head?.status).toBe(400);
    expect(out.isLate).toBe(false);
  });
});

describe("reading a response", () => {
  test("hands chunks on without copying when head and body come together", () => {
    const rig = new UpstreamRig();
    const { out } = rig.fetch();
    rig.open().receive(OK);
    expect(out.chunks).toBe(1);
  });

  test("holds what came before anybody wants it, and the origin back", () => {
    const rig = new UpstreamRig();
    const { out } = rig.fetch({}, new Collector(false));
    const conn = rig.open();
    conn.receive("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    expect(conn.isPaused).toBe(true);
    out.read();
    expect(out.body).toBe("ab");
    expect(conn.isPaused).toBe(false);
    conn.receive("cd");
    expect(out.body).toBe("abcd");
    expect(out.isDone).toBe(true);
  });

  test.each([
    ["Content-Length: 4\r\n", "abcd", null],
    ["Content-Length: 5\r\n", "abcd", "origin.body_cut_short"],
    ["", "abcd", null],
  ])("knows how a held body ended: %p", (fields, bytes, bodyCode) => {
    const rig = new UpstreamRig();
    const { out } = rig.fetch({}, new Collector(false));
    const conn = rig.open();
    conn.receive(`HTTP/1.1 200 OK\r\n${fields}\r\n${bytes}`);
    conn.handler.onEnd();
    conn.lose(null);
    expect(out.isDone).toBe(false);
    out.read();
    expect(out.body).toBe("abcd");
    expect(out.bodyCode).toBe(bodyCode);
    expect(out.isLate).toBe(false);
    expect(rig.upstream.stats().origins[0]).toMatchObject({ inFlight: 0, idleConnections: 0 });
  });

  test("slows the origin down for a slow reader", () => {
    const rig = new UpstreamRig({ idleSeconds: 10 });
    const { out } = rig.fetch();
    const conn = rig.open();
    conn.receive("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    out.head?.body?.pause();
    out.head?.body?.pause();
    expect(conn.isPaused).toBe(true);
    // However long it takes: it is not the origin who is still.
    rig.clock.advance(600_000);
    expect(out.isDone).toBe(false);
    out.head?.body?.resume();
    expect(conn.isPaused).toBe(false);
    conn.receive("cd");
    expect(out.body).toBe("abcd");
  });

  test("a body that nobody wants any more ends the connection, once", () => {
    const rig = new UpstreamRig();
    const { out } = rig.fetch();
    const conn = rig.open();
    conn.receive("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    out.head?.body?.cancel();
    out.head?.body?.cancel();
    expect(conn.isAborted).toBe(true);
    expect(out.isDone).toBe(false);
    expect(rig.upstream.stats().origins[0]).toMatchObject({ inFlight: 0, openConnections: 0 });
  });

  test("cancelling late does not hit the next request on the connection", () => {
    const rig = new UpstreamRig();
    const first = rig.fetch();
    const conn = rig.open();
    conn.receive(OK);
    const second = rig.fetch();
    expect(rig.dials).toHaveLength(1);
    first.cancel();
    first.out.head?.body?.cancel();
    conn.receive(OK);
    expect(second.out.body).toBe("ok");
  });

  test("cancelling inside the sink is safe", () => {
    const rig = new UpstreamRig();
    const out = new Collector(false);
    rig.fetch({}, out);
    const conn = rig.open();
    conn.receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunks = 0;
    out.head?.body?.pipe({
      data: () => {
        chunks++;
        out.head?.body?.cancel();
      },
      end: () => expect.unreachable(),
      fail: () => expect.unreachable(),
    });
    conn.receive("1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
    expect(chunks).toBe(1);
  });
});

describe("switching protocols", () => {
  const SWITCH =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\nX-A: b\r\n\r\n";

  test("asks, hands over what came behind the 101, and counts as in flight until it ends", () => {
    const rig = new UpstreamRig();
    const { out } = rig.fetch({ upgrade: "websocket" });
    const conn = rig.open();
    expect(conn.take()).toBe(
      "GET / HTTP/1.1\r\nHost: example.org\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    );
    conn.receive(`${SWITCH}early`);
    expect(out.head?.status).toBe(101);
    expect(out.head?.headers).toEqual(["Upgrade", "WebSocket", "X-A", "b"]);
    const { tunnel } = out.head ?? {};
    let got = "";
    tunnel?.source.pipe({
      data: (chunk) => {
        got += Buffer.from(chunk).toString();
      },
      end: () => {},
      fail: () => {},
    });
    conn.receive(" and late");
    expect(got).toBe("early and late");
    tunnel?.write(Buffer.from("up"));
    expect(conn.take()).toBe("up");
    expect(rig.upstream.stats().origins[0]?.inFlight).toBe(1);
    rig.clock.advance(3_600_000);
    expect(conn.isClosed).toBe(false);
    conn.lose(null);
    expect(rig.upstream.stats().origins[0]).toMatchObject({ inFlight: 0, openConnections: 0 });
  });

  test("an ordinary answer to it is an ordinary answer", () => {
    const rig = new UpstreamRig();
    const { out } = rig.fetch({ upgrade: "websocket" });
    rig.open().receive(OK);
    expect(out.body).toBe("ok");
    expect(rig.upstream.stats().origins[0]?.idleConnections).toBe(1);
  });
});

describe("time", () => {
  test("no answer in time", () => {
    const rig = new UpstreamRig({ firstByteSeconds: 2 });
    const { out } = rig.fetch();
    const conn = rig.open();
    rig.clock.advance(1900);
    expect(out.isDone).toBe(false);
    rig.clock.advance(400);
    expect(out.code).toBe("origin.first_byte_timeout");
    expect(conn.isAborted).toBe(true);
  });

  test("the clock of the first byte starts when the body is sent; a slow visitor is not the origin's fault", () => {
    const rig = new UpstreamRig({ firstByteSeconds: 2, idleSeconds: 4 });
    const body = new FakeSource();
    const { out } = rig.fetch({ method: "POST", body, bodyLength: -1 });
    rig.open();
    rig.clock.advance(60_000);
    expect(out.isDone).toBe(false);
    body.end();
    rig.clock.advance(2300);
    expect(out.code).toBe("origin.first_byte_timeout");
  });

  test("an origin that does not read", () => {
    const rig = new UpstreamRig({ idleSeconds: 4 });
    const body = new FakeSource();
    const { out } = rig.fetch({ method: "POST", body, bodyLength: -1 });
    const conn = rig.open();
    conn.isFull = true;
    body.data("abc");
    rig.clock.advance(3900);
    expect(out.isDone).toBe(false);
    rig.clock.advance(2500);
    expect(out.code).toBe("origin.idle_timeout");
  });

  test("a body that stops, but not one that drips", () => {
    const rig = new UpstreamRig({ idleSeconds: 4 });
    const { out } = rig.fetch();
    const conn = rig.open();
    conn.receive("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
    for (let i = 0; i < 20; i++) {
      rig.clock.advance(3500);
      conn.receive("x");
    }
    expect(out.isDone).toBe(false);
    rig.clock.advance(6500);
    expect(out.bodyCode).toBe("origin.idle_timeout");
    expect(out.body).toBe("x".repeat(20));
  });

  test("no timer is left when all is over", () => {
    const rig = new UpstreamRig({ keepAlive: { idleSeconds: 5 } });
    rig.fetch();
    const conn = rig.open();
    conn.receive(OK);
    expect(rig.wheel.size).toBe(1);
    rig.clock.advance(6000);
    expect(conn.isEnded).toBe(true);
    conn.finish();
    conn.lose(null);
    rig.clock.advance(3000);
    expect(rig.wheel.size).toBe(0);
    expect(rig.upstream.stats().origins[0]?.openConnections).toBe(0);
  });
});

test("an upload that the visitor breaks off is his failure, not the origin's", () => {
  const rig = new UpstreamRig();
  const body = new FakeSource();
  const { out } = rig.fetch({ method: "PUT", body, bodyLength: 9 });
  const conn = rig.open();
  body.data("abc");
  body.fail(
    new AppError({ code: "client.gone", source: "client", retry: false, publicMessage: "" }),
  );
  expect(out.code).toBe("client.gone");
  expect(conn.isAborted).toBe(true);
  expect(rig.upstream.stats().origins[0]?.failures).toBe(0);
  expect(rig.dials).toHaveLength(1);
});
