import { afterAll, describe, expect, test } from "bun:test";
import { limitsSchema } from "@egide/contract/policy/limits.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { altSvc } from "#accept/h3/alt-svc.ts";
import { chromiumPath, dumpOverQuic } from "#accept/h3/chromium.ts";
import { H3Listener } from "#accept/h3/listener.ts";
import { Sweep } from "#accept/sweep.ts";
import { readCertificate } from "#accept/tls/certificate.ts";
import { Certificates, type TlsEntry } from "#accept/tls/certificates.ts";
import { TestCertificates, type TestPair } from "#accept/tls/test-certificates.ts";
import type { Exchange } from "#exchange.ts";

const made = new TestCertificates();
const a = made.selfSigned(["a.test"]);
const b = made.selfSigned(["b.test"]);

function entry(pair: TestPair, names: string[]): TlsEntry {
  const certificate = readCertificate(pair.cert, pair.key, Date.now());
  return { certificate, names, minVersion: "1.2", clients: null };
}

const certificates = new Certificates();
certificates.replace([entry(a, ["a.test"])]);
const clock = new FakeClock();
const sweep = new Sweep(clock);
let serial = 0;
const state = { opened: 0, counted: 0 };
let answer: (exchange: Exchange) => void = hello;
const seen: Exchange[] = [];

const limits = limitsSchema.parse({ urlBytes: 256, bodyBytes: 100_000, rateWindowSeconds: 5 });
const listener = new H3Listener({
  hostname: "127.0.0.1",
  port: 0,
  certificates,
  limits: () => limits,
  clock,
  sweep,
  nextSerial: () => ++serial,
  onOpen: () => state.opened++,
  onCount: (change) => (state.counted += change),
  onExchange: (exchange) => {
    seen.push(exchange);
    answer(exchange);
  },
});
afterAll(async () => {
  await listener.stop();
  made.dispose();
});

function hello(exchange: Exchange): void {
  if (exchange.refusal !== null) exchange.start(exchange.refusal.status, "", [], 0);
  else {
    exchange.start(
      200,
      "",
      ["Content-Type", "text/plain", "Set-Cookie", "a=1", "Set-Cookie", "b=2"],
      5,
    );
    exchange.write(Buffer.from("hello"));
  }
  exchange.end(null);
}

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`https://127.0.0.1:${listener.port}${path}`, {
    protocol: "http3",
    tls: { rejectUnauthorized: false },
    ...init,
  } as RequestInit);
}

/** Exchanges that are watched; the table of connections is one more. */
function watched(): number {
  return Math.max(0, sweep.size - 1);
}

/** New certificates are in force. */
async function changed(): Promise<void> {
  while (state.opened === 0) {
    clock.advance(500);
    await new Promise(setImmediate);
  }
}

function text(path: string, init: RequestInit = {}): Promise<string> {
  return ask(path, init).then((response) => response.text());
}

/** Reads a request's body, then answers its length. */
function count(exchange: Exchange): void {
  let length = 0;
  const done = (text: string) => {
    exchange.start(200, "", [], -1);
    exchange.write(Buffer.from(text));
    exchange.end(null);
  };
  if (exchange.body === null) return done("none");
  exchange.body.pipe({
    data: (chunk) => {
      length += chunk.length;
      exchange.body?.pause();
      queueMicrotask(() => exchange.body?.resume());
    },
    end: () => done(String(length)),
    fail: (error) => done(error.code),
  });
}

const chromium = chromiumPath();

describe("HTTP/3", () => {
  test("gives an exchange what can be known", async () => {
    answer = hello;
    seen.length = 0;
    const response = await ask("/x/y?q=%41", { headers: { "X-Mixed": "1" } });
    expect(await response.text()).toBe("hello");
    expect(response.headers.get("content-length")).toBe("5");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    const { head, client, body, bodyLength } = seen[0] as Exchange;
    expect(head).toMatchObject({
      method: "GET",
      target: "/x/y?q=%41",
      version: 30,
      scheme: "https",
    });
    expect(head.authority).toBe(`127.0.0.1:${listener.port}`);
    expect(head.headers).toContain("x-mixed");
    expect(head.headers).not.toContain("host");
    expect(client.remote.address).toBe("127.0.0.1");
    expect(client.tls).toMatchObject({ alpn: "h3", version: "TLSv1.3" });
    expect([body, bodyLength]).toEqual([null, 0]);
    expect(watched()).toBe(0);
  });

  test("carries bodies in both directions, paused and resumed", async () => {
    answer = count;
    for (const size of [1, 1000, 99_000]) {
      const response = await ask("/up", { method: "POST", body: "x".repeat(size) });
      expect(await response.text()).toBe(String(size));
    }
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from("abc"));
        controller.close();
      },
    });
    expect(await (await ask("/up", { method: "PUT", body: stream })).text()).toBe("3");
    expect(await (await ask("/none")).text()).toBe("none");
  });

  test("streams with back-pressure and keeps every byte", async () => {
    let pauses = 0;
    const total = 3_000_000;
    answer = (exchange) => {
      let sent = 0;
      const more = () => {
        while (sent < total) {
          const chunk = Buffer.alloc(Math.min(30_000, total - sent), sent / 30_000);
          sent += chunk.length;
          if (!exchange.write(chunk) && sent < total) {
            pauses++;
            return;
          }
        }
        exchange.end(null);
      };
      exchange.onDrain = more;
      exchange.start(200, "", [], total);
      more();
    };
    const bytes = new Uint8Array(await (await ask("/big")).arrayBuffer());
    expect(bytes.length).toBe(total);
    expect(bytes.every((byte, i) => byte === Math.floor(i / 30_000))).toBe(true);
    expect(pauses).toBeGreaterThan(10);
  });

  test("answers HEAD and bodiless statuses without a body", async () => {
    answer = hello;
    const head = await ask("/", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    answer = (exchange) => {
      exchange.start(304, "", ["ETag", '"x"'], 10);
      exchange.end(null);
    };
    const notModified = await ask("/");
    expect([notModified.status, notModified.headers.get("etag")]).toEqual([304, '"x"']);
  });

  test("refuses what is beyond the limits, and still shows it", async () => {
    answer = hello;
    seen.length = 0;
    expect((await ask(`/${"x".repeat(300)}`)).status).toBe(414);
    expect((await ask("/", { method: "POST", body: "x".repeat(100_001) })).status).toBe(413);
    expect(seen.map((exchange) => exchange.refusal?.code)).toEqual([
      "http3.url_too_long",
      "http3.body_too_large",
    ]);
  });

  test("breaks off so that the client notices, and drops without a word", async () => {
    answer = (exchange) => {
      exchange.start(200, "", [], 10);
      exchange.write(Buffer.from("hell"));
      setImmediate(() => exchange.abort());
    };
    expect(await outcome(text("/"))).toBeInstanceOf(Error);
    answer = (exchange) => {
      exchange.start(200, "", [], 10);
      exchange.write(Buffer.from("hell"));
      exchange.end(null);
    };
    expect(await outcome(text("/"))).toBeInstanceOf(Error);
    answer = (exchange) => exchange.drop();
    expect(await outcome(ask("/"))).toBeInstanceOf(Error);
  });

  test("never ends a stream that was broken off on the way", async () => {
    const leaving = new AbortController();
    answer = (exchange) => {
      exchange.start(200, "", [], -1);
      exchange.write(Buffer.from("half"));
      setImmediate(() => exchange.abort());
    };
    let ended = false;
    const reading = outcome(text("/", { signal: leaving.signal }));
    void reading.then(() => (ended = true));
    while (watched() === 0) await new Promise(setImmediate);
    while (watched() > 0) await new Promise(setImmediate);
    answer = hello;
    for (let i = 0; i < 20; i++) expect(await text("/")).toBe("hello");
    expect(ended).toBe(false);
    leaving.abort();
    expect(await reading).toBeInstanceOf(Error);
  });

  test("tells when the visitor leaves", async () => {
    const leaving = new AbortController();
    const left = new Promise<void>((resolve) => {
      answer = (exchange) => {
        exchange.onAbort = resolve;
        exchange.start(200, "", [], -1);
        exchange.write(Buffer.from("first"));
      };
    });
    const response = await ask("/", { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    await left;
    expect(watched()).toBe(0);
  });

  test("gives up readers that take nothing", async () => {
    const reading = { over: false };
    answer = (exchange) => {
      exchange.onAbort = () => {
        reading.over = true;
      };
      exchange.start(200, "", [], -1);
      const chunk = Buffer.alloc(65_536);
      const more = () => {
        while (!reading.over && exchange.write(chunk));
      };
      exchange.onDrain = more;
      more();
    };
    const response = await ask("/");
    const reader = response.body?.getReader();
    await reader?.read();
    // The reader holds still: once buffers are full nothing leaves any more.
    while (!reading.over) {
      clock.advance(500);
      await new Promise(setImmediate);
    }
    await reader?.cancel().catch(() => {});
  }, 20_000);

  test("goes on with the old certificates until a quiet moment, then takes the new ones at once", async () => {
    for (let round = 0; round < 5; round++) {
      const waiting: Exchange[] = [];
      answer = (exchange) => waiting.push(exchange);
      const asking = Array.from({ length: 5 }, () => text("/"));
      while (waiting.length < 5) await new Promise(setImmediate);
      certificates.replace([entry(round % 2 === 0 ? b : a, ["*"])]);
      clock.advance(5000);
      answer = hello;
      expect(await text("/")).toBe("hello");
      for (const exchange of waiting) hello(exchange);
      expect(await Promise.all(asking)).toEqual(["hello", "hello", "hello", "hello", "hello"]);
      state.opened = 0;
      await changed();
      expect(await text("/")).toBe("hello");
    }
  }, 20_000);

  test("is not replaced right behind an answer, which may still be leaving", async () => {
    answer = hello;
    certificates.replace([entry(a, ["*"])]);
    state.opened = 0;
    for (let i = 0; i < 20; i++) {
      expect(await text("/")).toBe("hello");
      clock.advance(900);
    }
    expect(state.opened).toBe(0);
    expect(listener.port).toBeGreaterThan(0);
    await changed();
    expect(await text("/")).toBe("hello");
  }, 60_000);

  test("that never rests is replaced when it has answered what it has", async () => {
    const waiting: Exchange[] = [];
    answer = (exchange) => waiting.push(exchange);
    const asking = text("/");
    while (waiting.length < 1) await new Promise(setImmediate);
    state.opened = 0;
    certificates.replace([entry(a, ["*"])]);
    clock.advance(59_000);
    expect(listener.port).toBeGreaterThan(0);
    clock.advance(2000);
    expect(listener.port).toBe(-1);
    hello(waiting[0] as Exchange);
    expect(await asking).toBe("hello");
    answer = hello;
    await changed();
    expect(await text("/")).toBe("hello");
  }, 20_000);

  test("counts a visitor's connection once, until it is taken for closed", async () => {
    answer = hello;
    clock.advance(80_000);
    expect(state.counted).toBe(0);
    seen.length = 0;
    for (let i = 0; i < 3; i++) expect(await text("/")).toBe("hello");
    expect(state.counted).toBe(1);
    expect(new Set(seen.map(({ client }) => client.connection)).size).toBe(1);
    expect(seen.map(({ client }) => client.request)).toEqual([1, 2, 3]);
  });

  test("is not held up for good by a stream that was broken off", async () => {
    const broken: Exchange[] = [];
    answer = (exchange) => {
      exchange.start(200, "", [], -1);
      exchange.write(Buffer.from("half"));
      setImmediate(() => {
        exchange.abort();
        broken.push(exchange);
      });
    };
    const reading = outcome(text("/"));
    while (broken.length === 0) await new Promise(setImmediate);
    state.opened = 0;
    certificates.replace([entry(a, ["*"])]);
    await changed();
    answer = hello;
    expect(await text("/")).toBe("hello");
    await reading;
  }, 20_000);

  // A browser starts in two seconds, or in a minute where everybody else works too: nothing here is about
  // time, so the bound is for a browser that hangs.
  test.skipIf(chromium === null)(
    "is spoken to by Chromium, when it is there",
    async () => {
      state.opened = 0;
      certificates.replace([entry(a, ["a.test"]), entry(b, ["b.test", "*.b.test"])]);
      await changed();
      answer = (exchange) => {
        exchange.start(200, "", ["Content-Type", "text/html"], -1);
        exchange.write(Buffer.from(`<p>${exchange.head.authority} over ${exchange.head.version}`));
        exchange.end(null);
      };
      // The second certificate, by its name: the first one is shown to who names none.
      const host = "x.b.test";
      const page = await dumpOverQuic(chromium as string, host, listener.port, b.cert);
      expect(page).toContain(`<p>${host}:${listener.port} over 30`);
    },
    300_000,
  );

  test("waits for a port that another process holds", async () => {
    const holder = await Bun.udpSocket({ hostname: "127.0.0.1", port: 0 });
    const opened = Promise.withResolvers<number>();
    const waiting = new H3Listener({
      hostname: "127.0.0.1",
      port: holder.port,
      certificates,
      limits: () => limits,
      clock,
      sweep,
      nextSerial: () => ++serial,
      onExchange: hello,
      onOpen: opened.resolve,
    });
    const tick = async () => {
      clock.advance(500);
      // The port is tried out by the kernel, not by our clock.
      for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    };
    for (let i = 0; i < 3; i++) await tick();
    expect(waiting.port).toBe(-1);
    const { port } = holder;
    holder.close();
    while (waiting.port === -1) await tick();
    expect(await opened.promise).toBe(port);
    expect(waiting.port).toBe(port);
    await waiting.stop();
  });

  test("is told of by Alt-Svc", () => {
    expect(altSvc(443)).toBe('h3=":443"; ma=86400');
  });
});

function outcome(asking: Promise<unknown>): Promise<unknown> {
  return asking.then(
    (value) => value,
    (error: unknown) => error,
  );
}
