import { describe, expect, test } from "bun:test";
import { Collector } from "@egide/testkit/collect.ts";
import { FakeSource } from "@egide/testkit/fake-source.ts";
import { UpstreamRig } from "@egide/testkit/upstream-rig.ts";
import { gatewayStatus } from "#upstream/failure.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const two = [{ url: "http://192.0.2.1" }, { url: "http://192.0.2.2" }];
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

describe("kept connections", () => {
  test("the warmest first, each for its time, no more than allowed", () => {
    const rig = new UpstreamRig({ keepAlive: { idleSeconds: 10, maxIdle: 2 } });
    const conns = [0, 1, 2].map(() => {
      rig.fetch();
      return rig.open();
    });
    for (const conn of conns) conn.receive(OK);
    expect(conns.map((conn) => conn.isEnded)).toEqual([false, false, true]);
    rig.clock.advance(6000);
    const { out } = rig.fetch();
    conns[1]?.receive(OK);
    expect(out.body).toBe("ok");
    rig.clock.advance(6000);
    expect(conns.map((conn) => conn.isEnded)).toEqual([true, false, true]);
  });

  test("a reader that paused at its last chunk leaves no deaf connection behind", () => {
    const rig = new UpstreamRig();
    const { out } = rig.fetch({}, new Collector(false));
    const conn = rig.open();
    conn.receive(OK);
    const body = out.head?.body;
    let text = "";
    body?.pipe({
      data: (chunk) => {
        text += Buffer.from(chunk).toString();
        body.pause();
      },
      end: () => {},
      fail: () => {},
    });
    expect(text).toBe("ok");
    expect(conn.isPaused).toBe(false);
  });

  test("an origin that says how long it waits is believed, less a second", () => {
    const rig = new UpstreamRig();
    rig.fetch();
    const conn = rig.open();
    conn.receive("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=9\r\nContent-Length: 0\r\n\r\n");
    rig.clock.advance(3800);
    expect(conn.isEnded).toBe(false);
    rig.clock.advance(500);
    expect(conn.isEnded).toBe(true);
  });

  test("a number of requests, then a new one", () => {
    const rig = new UpstreamRig({ keepAlive: { maxRequests: 2 } });
    for (let i = 0; i < 4; i++) {
      rig.fetch();
      if (rig.last.isOpen) rig.last.conn.receive(OK);
      else rig.open().receive(OK);
    }
    expect(rig.dials).toHaveLength(2);
  });

  test("what an origin says unasked ends an idle connection", () => {
    const rig = new UpstreamRig();
    rig.fetch();
    const conn = rig.open();
    conn.receive(OK);
    conn.receive("HTTP/1.1 408 Timeout\r\n\r\n");
    expect(conn.isEnded).toBe(true);
    rig.fetch();
    expect(rig.dials).toHaveLength(2);
  });

  test("the origin's FIN or reset takes an idle connection out of the pool", () => {
    for (const how of ["finish", "lose"] as const) {
      const rig = new UpstreamRig();
      rig.fetch();
      const conn = rig.open();
      conn.receive(OK);
      conn[how]();
      expect(rig.upstream.stats().origins[0]).toMatchObject({
        idleConnections: 0,
        openConnections: 0,
      });
    }
  });
});

describe("a kept connection that turns out to be gone", () => {
  const stale = (request: Parameters<UpstreamRig["fetch"]>[0], before = "") => {
    const rig = new UpstreamRig({ retry: { attempts: 0 } });
    rig.fetch();
    const conn = rig.open();
    conn.receive(OK);
    const sent = rig.fetch(request);
    if (before !== "") conn.receive(before);
    conn.lose();
    return { rig, ...sent };
  };

  test("is replaced for what is idempotent, at nobody's cost", () => {
    const { rig, out } = stale({});
    expect(rig.dials).toHaveLength(2);
    rig.open().receive(OK);
    expect(out.body).toBe("ok");
    expect(rig.upstream.stats()).toMatchObject({ retries: 0 });
    expect(rig.upstream.stats().origins[0]?.failures).toBe(0);
  });

  test("is a failure for what is not", () => {
    const { rig, out } = stale({ method: "POST" });
    expect(rig.dials).toHaveLength(1);
    expect(out.code).toBe("origin.closed_early");
  });

  test("is a failure once a byte of an answer has come", () => {
    expect(stale({}, "H").out.code).toBe("origin.closed_early");
  });

  test("sends a kept body again, from its start, and goes on with the rest", () => {
    const rig = new UpstreamRig();
    rig.fetch();
    const conn = rig.open();
    conn.receive(OK);
    const body = new FakeSource();
    const { out } = rig.fetch({ method: "PUT", body, bodyLength: 6 });
    body.data("abc");
    conn.lose();
    expect(body.paused).toBe(true);
    const fresh = rig.open();
    expect(body.paused).toBe(false);
    body.data("def");
    body.end();
    expect(fresh.take()).toEndWith("\r\n\r\nabcdef");
    fresh.receive(OK);
    expect(out.body).toBe("ok");
  });

  test("but not a body that is too large to keep", () => {
    const rig = new UpstreamRig({ retry: { replayBytes: 4 } });
    rig.fetch();
    const conn = rig.open();
    conn.receive(OK);
    const body = new FakeSource();
    const { out } = rig.fetch({ method: "PUT", body, bodyLength: -1 });
    body.data("abcdef");
    conn.lose();
    expect(out.code).toBe("origin.closed_early");
    expect(body.cancelled).toBe(true);
  });
});

describe("retries at another origin", () => {
  test("where none could be reached, whatever the method", () => {
    const rig = new UpstreamRig({ origins: two });
    const { out } = rig.fetch({ method: "POST", body: new FakeSource(), bodyLength: 0 });
    rig.last.refuse();
    expect(rig.dials.map((dial) => dial.target)).toEqual([
      { hostname: "192.0.2.1", port: 80 },
      { hostname: "192.0.2.2", port: 80 },
    ]);
    rig.open().receive(OK);
    expect(out.body).toBe("ok");
    expect(rig.upstream.stats().retries).toBe(1);
  });

  test("where the first broke off before an answer, for what is idempotent", () => {
    for (const method of ["GET", "POST"]) {
      const rig = new UpstreamRig({ origins: two });
      const { out } = rig.fetch({ method });
      rig.open().finish();
      expect(rig.dials).toHaveLength(method === "GET" ? 2 : 1);
      expect(out.code).toBe(method === "GET" ? null : "origin.closed_early");
    }
  });

  test("never where the answer broke the rules", () => {
    const rig = new UpstreamRig({ origins: two });
    const { out } = rig.fetch();
    rig.open().receive("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n");
    expect(out.code).toBe("origin.http1.content_length");
    expect(rig.dials).toHaveLength(1);
  });

  test("by status where that is set, and the last answer stands", () => {
    const rig = new UpstreamRig({ origins: two, retry: { statuses: [503] } });
    const { out } = rig.fetch();
    rig.open().receive("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy");
    expect(out.head).toBeNull();
    rig.open().receive("HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nbusy2");
    expect(out.head?.status).toBe(503);
    expect(out.body).toBe("busy2");
  });

  test("within the budget alone", () => {
    const rig = new UpstreamRig({
      origins: two,
      retry: { budgetShare: 0, minPerSecond: 1 },
      health: { passive: { consecutiveFailures: 0 } },
    });
    const outs = [0, 1, 2].map(() => {
      const { out } = rig.fetch();
      rig.last.refuse();
      if (!rig.last.isOpen && out.code === null) rig.last.refuse();
      return out;
    });
    expect(outs.map((out) => out.code)).toEqual(
      Array.from({ length: 3 }, () => "origin.connect_failed"),
    );
    expect(rig.upstream.stats().retries).toBe(1);
    expect(rig.dials).toHaveLength(4);
  });

  test("not after the visitor has left", () => {
    const rig = new UpstreamRig({ origins: two });
    const { out, cancel } = rig.fetch();
    cancel();
    expect(rig.last.isCancelled).toBe(true);
    rig.last.refuse();
    expect(rig.dials).toHaveLength(1);
    expect(out.isDone).toBe(false);
    expect(rig.wheel.size).toBe(0);
  });
});

describe("connecting", () => {
  test("takes its time and no more", () => {
    const rig = new UpstreamRig({ connectSeconds: 2 });
    const { out } = rig.fetch();
    rig.clock.advance(2300);
    expect(rig.last.isCancelled).toBe(true);
    expect(out.code).toBe("origin.connect_timeout");
    expect(gatewayStatus("origin.connect_timeout")).toBe(504);
  });

  test("tries a name's addresses in turn, and starts elsewhere the next time", async () => {
    const rig = new UpstreamRig({ origins: [{ url: "http://origin.example:8080" }] });
    rig.names.set("origin.example", [
      { address: "192.0.2.7", ttl: 30 },
      { address: "192.0.2.8", ttl: 30 },
    ]);
    const { out } = rig.fetch();
    await settle();
    rig.last.refuse();
    rig.open().receive(OK);
    expect(out.body).toBe("ok");
    expect(rig.dials.map((dial) => dial.target)).toEqual([
      { hostname: "192.0.2.7", port: 8080 },
      { hostname: "192.0.2.8", port: 8080 },
    ]);
    rig.last.conn.finish();
    rig.fetch();
    expect(rig.last.target).toEqual({ hostname: "192.0.2.8", port: 8080 });
    expect(rig.lookups).toBe(1);
  });

  test("asks for the name again when its time is up, uses what it has meanwhile, and leaves old addresses", async () => {
    const rig = new UpstreamRig({
      origins: [{ url: "http://origin.example" }],
      dns: { minSeconds: 5, maxSeconds: 60 },
    });
    rig.names.set("origin.example", [{ address: "192.0.2.7", ttl: 1 }]);
    rig.fetch();
    await settle();
    const old = rig.open();
    old.receive(OK);
    rig.clock.advance(4000);
    rig.fetch();
    old.receive(OK);
    expect(rig.lookups).toBe(1);
    rig.names.set("origin.example", [{ address: "192.0.2.9", ttl: 900 }]);
    rig.clock.advance(2000);
    rig.fetch();
    expect(rig.dials).toHaveLength(1);
    old.receive(OK);
    expect(rig.lookups).toBe(2);
    expect(old.isEnded).toBe(false);
    await settle();
    expect(old.isEnded).toBe(true);
    rig.fetch();
    expect(rig.last.target).toEqual({ hostname: "192.0.2.9", port: 80 });
    // The name server's 900 seconds are bounded.
    rig.clock.advance(61_000);
    rig.names.clear();
    rig.fetch();
    expect(rig.lookups).toBe(3);
    await settle();
    expect(rig.last.target).toEqual({ hostname: "192.0.2.9", port: 80 });
  });

  test("fails where the name has none", async () => {
    const rig = new UpstreamRig({ origins: [{ url: "http://nowhere.example" }] });
    const { out } = rig.fetch();
    await settle();
    expect(out.code).toBe("origin.dns_failed");
  });

  test("tells TLS problems from others, and does not insist", () => {
    const rig = new UpstreamRig({
      origins: [{ url: "https://192.0.2.1" }, { url: "https://192.0.2.2" }],
    });
    const { out } = rig.fetch();
    expect(rig.last.tls).toMatchObject({
      verify: "full",
      alpn: "http/1.1",
      serverName: null,
    });
    rig.last.refuse(Object.assign(new Error("no"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" }));
    expect(out.code).toBe("origin.tls_failed");
    expect(rig.dials).toHaveLength(1);
  });
});

describe("the queue", () => {
  const settings = { maxInFlight: 1, queue: { size: 2, waitSeconds: 3 } };

  test("lets wait, by turns, and refuses with a time to come back", () => {
    const rig = new UpstreamRig(settings);
    const first = rig.fetch({ affinity: "a" });
    const conn = rig.open();
    const waiting = [rig.fetch({ affinity: "a" }), rig.fetch({ affinity: "a" })];
    const own = rig.fetch({ affinity: "a" });
    expect(own.out.code).toBeNull();
    const other = rig.fetch({ affinity: "b" });
    // The visitor with two in the line loses the later one to whoever has none.
    expect(waiting[1]?.out.code).toBe("origin.queue_full");
    expect(waiting[1]?.out.error?.retryAfter).toBeGreaterThan(0);
    expect(gatewayStatus("origin.queue_full")).toBe(503);
    for (let i = 0; i < 3; i++) conn.receive(OK);
    expect([first, waiting[0], other].map((sent) => sent?.out.body)).toEqual(["ok", "ok", "ok"]);
    expect(rig.dials).toHaveLength(1);
    expect(rig.upstream.stats().origins[0]).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  test("is heard of only after fetch has returned", async () => {
    const rig = new UpstreamRig({ ...settings, queue: { size: 0 } });
    rig.fetch();
    const { out } = rig.fetch();
    expect(out.code).toBeNull();
    await settle();
    expect(out.code).toBe("origin.queue_full");
  });

  test("waits only so long", () => {
    const rig = new UpstreamRig(settings);
    rig.fetch();
    rig.open();
    const { out } = rig.fetch();
    rig.clock.advance(3300);
    expect(out.code).toBe("origin.queue_timeout");
    expect(rig.upstream.stats().origins[0]?.waiting).toBe(0);
  });

  test("who leaves makes room", () => {
    const rig = new UpstreamRig(settings);
    const first = rig.fetch();
    rig.open();
    const second = rig.fetch();
    const third = rig.fetch();
    second.cancel();
    first.cancel();
    rig.open().receive(OK);
    expect(third.out.body).toBe("ok");
    expect(second.out.isDone).toBe(false);
    expect(rig.wheel.size).toBe(1);
  });
});

describe("health", () => {
  test("an origin that can't be reached is left alone for a while, then tried by one request", async () => {
    const rig = new UpstreamRig({
      health: { passive: { consecutiveFailures: 2, openSeconds: 5 } },
    });
    for (let i = 0; i < 2; i++) {
      rig.fetch();
      rig.last.refuse();
    }
    const refused = rig.fetch().out;
    await settle();
    expect(refused.code).toBe("origin.unavailable");
    expect(refused.error?.retryAfter).toBe(5);
    expect(rig.dials).toHaveLength(2);
    rig.clock.advance(5000);
    const trial = rig.fetch().out;
    expect(rig.dials).toHaveLength(3);
    const beside = rig.fetch().out;
    await settle();
    expect(beside.code).toBe("origin.unavailable");
    rig.open().receive(OK);
    expect(trial.body).toBe("ok");
    expect(rig.upstream.stats().origins[0]?.breaker).toBe("closed");
    const said = ["open", "half_open", "closed"].map((turn) => `http://192.0.2.1 ${turn}`);
    expect(rig.told).toEqual(said);
  });

  test("one bad address of the site never takes the last origin away", () => {
    const rig = new UpstreamRig({
      health: { passive: { consecutiveFailures: 2, serverErrorShare: 0.1, minRequests: 1 } },
    });
    for (let i = 0; i < 20; i++) {
      rig.fetch();
      rig.open().finish();
    }
    expect(rig.upstream.stats().origins[0]).toMatchObject({ breaker: "closed", failures: 20 });
  });

  test("of several origins, one that breaks off again and again is left out", () => {
    const rig = new UpstreamRig({ origins: two, health: { passive: { consecutiveFailures: 2 } } });
    const outs: Collector[] = [];
    for (let i = 0; i < 10; i++) {
      outs.push(rig.fetch().out);
      for (let n = 0; n < 2 && outs.at(-1)?.isDone === false; n++) {
        const { target } = rig.last;
        const conn = rig.last.isOpen ? rig.last.conn : rig.open();
        if ("hostname" in target && target.hostname === "192.0.2.1") conn.finish();
        else conn.receive(OK);
        if (conn.isClosed) continue;
      }
      if (outs.at(-1)?.isDone === false) rig.last.conn.receive(OK);
    }
    const [bad, good] = rig.upstream.stats().origins;
    expect(bad?.breaker).toBe("open");
    expect(bad?.failures).toBe(2);
    expect(good?.breaker).toBe("closed");
  });

  test("active checks take an origin down and bring it back", async () => {
    const rig = new UpstreamRig({
      health: { active: { path: "/up", intervalSeconds: 10, timeoutSeconds: 1, rise: 2, fall: 2 } },
    });
    const answer = (status: number): void => {
      const conn = rig.open();
      expect(conn.take()).toStartWith("GET /up HTTP/1.1\r\nHost: 192.0.2.1\r\n");
      conn.receive(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`);
      expect(conn.isClosed || conn.isEnded).toBe(true);
      rig.clock.advance(10_200);
    };
    const isUp = (): boolean | undefined => rig.upstream.stats().origins[0]?.isUp;
    answer(200);
    answer(500);
    expect(isUp()).toBe(true);
    answer(500);
    expect(isUp()).toBe(false);
    const refused = rig.fetch().out;
    await settle();
    expect(refused.code).toBe("origin.unavailable");
    answer(200);
    // A check that hangs is a bad one.
    rig.open();
    rig.clock.advance(1300);
    expect(rig.last.conn.isClosed).toBe(true);
    rig.clock.advance(10_200);
    answer(204);
    expect(isUp()).toBe(false);
    answer(204);
    expect(isUp()).toBe(true);
    expect(rig.told).toEqual(["http://192.0.2.1 down", "http://192.0.2.1 up"]);
    rig.upstream.close();
    rig.clock.advance(3000);
    expect(rig.wheel.size).toBe(0);
    expect(rig.upstream.stats().origins[0]).toMatchObject({
      inFlight: 0,
      openConnections: 0,
      requests: 0,
    });
  });
});

describe("hedging", () => {
  test("is off unless it is asked for", () => {
    const rig = new UpstreamRig({ origins: two });
    rig.fetch();
    rig.open();
    rig.clock.advance(50_000);
    expect(rig.dials).toHaveLength(1);
  });

  const settings = { origins: two, retry: { hedgeSeconds: 1 } };

  test("asks a second origin, and takes the first answer", () => {
    for (const winner of [0, 1]) {
      const rig = new UpstreamRig(settings);
      const { out } = rig.fetch();
      const conns = [rig.open()];
      rig.clock.advance(1300);
      conns.push(rig.open());
      conns[winner]?.receive(OK);
      expect(out.body).toBe("ok");
      expect(conns[1 - winner]?.isAborted).toBe(true);
      expect(rig.upstream.stats().origins.map((origin) => origin.inFlight)).toEqual([0, 0]);
    }
  });

  test("goes on with the other when one fails", () => {
    for (const loser of [0, 1]) {
      const rig = new UpstreamRig(settings);
      const { out } = rig.fetch();
      const conns = [rig.open()];
      rig.clock.advance(1300);
      conns.push(rig.open());
      conns[loser]?.lose();
      expect(out.isDone).toBe(false);
      conns[1 - loser]?.receive(OK);
      expect(out.body).toBe("ok");
      expect(out.isLate).toBe(false);
    }
  });

  test("never for what has a body or may do harm", () => {
    for (const method of ["POST", "PUT"]) {
      const rig = new UpstreamRig(settings);
      rig.fetch({ method, body: method === "PUT" ? new FakeSource() : null, bodyLength: -1 });
      rig.open();
      rig.clock.advance(3000);
      expect(rig.dials).toHaveLength(1);
    }
  });
});

describe("balancing", () => {
  const hosts = (rig: UpstreamRig): (string | undefined)[] =>
    rig.dials.map(({ target }) => ("hostname" in target ? target.hostname.slice(-1) : undefined));

  test("by weight", () => {
    const rig = new UpstreamRig({
      origins: [
        { url: "http://192.0.2.1", weight: 2 },
        { url: "http://192.0.2.2" },
        { url: "http://192.0.2.3", weight: 0 },
      ],
    });
    for (let i = 0; i < 6; i++) rig.fetch();
    expect(hosts(rig).join("")).toBe("121121");
  });

  test("by what is in flight", () => {
    const rig = new UpstreamRig({ origins: two, balance: { by: "least_connections" } });
    const sent = [0, 1, 2, 3].map(() => rig.fetch());
    expect(hosts(rig).join("")).toMatch(/^(1212|2121)$/);
    for (const [i, dial] of rig.dials.entries()) {
      if ("hostname" in dial.target && dial.target.hostname === "192.0.2.2") sent[i]?.cancel();
    }
    rig.fetch();
    rig.fetch();
    expect(hosts(rig).slice(4).join("")).toBe("22");
  });

  test("by visitor", () => {
    const rig = new UpstreamRig({
      origins: two,
      balance: { by: "consistent_hash", boundedLoad: 10 },
    });
    const where = (affinity: string): string | undefined => {
      rig.fetch({ affinity });
      return hosts(rig).at(-1);
    };
    const visitors = Array.from({ length: 10 }, (_, i) => `198.51.100.${i}`);
    expect(visitors.map(where)).toEqual(visitors.map(where));
    expect(new Set(visitors.map(where)).size).toBe(2);
  });

  test("by cookie, set where the visitor has none that holds", () => {
    const rig = new UpstreamRig({ origins: two, balance: { sticky: {} } });
    const first = rig.fetch({ scheme: "https" });
    rig.open().receive(OK);
    const cookie = first.out.head?.sticky ?? "";
    expect(cookie).toContain("egide_origin=");
    const headers = ["Cookie", `a=b; ${cookie.split(";")[0]}`];
    for (let i = 0; i < 3; i++) {
      const { out } = rig.fetch({ headers });
      rig.dials[0]?.conn.receive(OK);
      expect(out.body).toBe("ok");
      expect(out.head?.sticky).toBeUndefined();
    }
    // Its origin is gone: another serves, and says so.
    rig.fetch({ headers });
    rig.dials[0]?.conn.lose();
    rig.last.refuse();
  });
});

test("closing keeps nothing, and fails nobody: neither who is under way nor who comes late", () => {
  const rig = new UpstreamRig();
  const first = rig.fetch();
  const conn = rig.open();
  rig.upstream.close();
  const late = rig.fetch();
  const other = rig.open();
  for (const one of [conn, other]) one.receive(OK);
  expect([first.out.body, late.out.body]).toEqual(["ok", "ok"]);
  expect([conn.isEnded, other.isEnded]).toEqual([true, true]);
});

test("an origin that is not verified in full is told of", () => {
  const tls = { verify: "none" as const, reasonForNone: "a test of what is said about it" };
  const rig = new UpstreamRig({ origins: [{ id: "bare", url: "https://192.0.2.1", tls }] });
  expect(rig.told).toEqual(["bare unverified"]);
});

test("a unix socket is an origin like any other", () => {
  const rig = new UpstreamRig({ origins: [{ url: "unix:/run/app.sock" }] });
  const { out } = rig.fetch();
  expect(rig.last.target).toEqual({ unix: "/run/app.sock" });
  rig.open().receive(OK);
  expect(out.body).toBe("ok");
});
