import { expect, test } from "bun:test";
import { FakeConn } from "@egide/testkit/fake-conn.ts";
import { speakH1 } from "#accept/h1/testing/speak.ts";
import type { Exchange, ExchangeHandler } from "#exchange.ts";

function speak(onExchange: ExchangeHandler) {
  const conn = new FakeConn();
  return { conn, ...speakH1(conn, onExchange) };
}

function reply(exchange: Exchange, text: string, length = text.length): void {
  exchange.start(200, "", [], length);
  exchange.write(Buffer.from(text));
  exchange.end(null);
}

test("a body that ends with its connection ends it, whatever an HTTP/1.0 client asked for", () => {
  const { conn } = speak((exchange) => reply(exchange, "ok", -1));
  conn.receive("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  expect(conn.text).toContain("Connection: close\r\n");
  expect(conn.isEnded).toBe(true);
});

test("a client may end its side behind a body that nobody has read yet", () => {
  let asked: Exchange | null = null;
  const { conn } = speak((exchange) => (asked = exchange));
  conn.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  conn.finish();
  expect(conn.isAborted).toBe(false);
  const exchange = asked as unknown as Exchange;
  let got = "";
  exchange.body?.pipe({
    data: (chunk) => (got += Buffer.from(chunk).toString()),
    end: () => reply(exchange, got),
    fail: () => {},
  });
  expect(conn.text).toEndWith("\r\n\r\nhello");
  expect(conn.isEnded).toBe(true);
});

test("a body that was cut short fails, though its beginning was read ahead", () => {
  let asked: Exchange | null = null;
  const { conn } = speak((exchange) => (asked = exchange));
  conn.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
  conn.finish();
  let failed = "";
  (asked as unknown as Exchange).body?.pipe({
    data: () => {},
    end: () => {},
    fail: ({ code }) => (failed = code),
  });
  expect(failed).toBe("client.aborted");
  expect(conn.isClosed).toBe(true);
});

test("answers that nobody takes bound how many pipelined requests are begun", () => {
  let begun = 0;
  const { conn, clock } = speak((exchange) => {
    begun++;
    reply(exchange, "x".repeat(10_000));
  });
  conn.isFull = true;
  for (let i = 0; i < 50; i++) conn.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(10));
  expect(begun).toBeLessThan(10);
  expect(conn.isPaused).toBe(true);
  clock.advance(1000);
  for (let turn = 0; turn < 200; turn++) {
    conn.drain();
    conn.pump();
    conn.isFull = true;
  }
  conn.drain();
  expect(conn.text.split("HTTP/1.1 200").length - 1).toBe(500);
  expect(conn.isAborted).toBe(false);
});

test("what a slow reader has yet to take of a last response is not thrown away", () => {
  const { conn, clock } = speak((exchange) => reply(exchange, "x".repeat(100_000)));
  conn.isFull = true;
  conn.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  expect(conn.isEnded).toBe(true);
  clock.advance(5000);
  expect(conn.isAborted).toBe(false);
  conn.drain();
  clock.advance(5000);
  expect(conn.isAborted).toBe(true);
});

test("a head that is too large is told of as what it is, not as the request before it", () => {
  const targets: string[] = [];
  const { conn } = speak((exchange) => {
    targets.push(exchange.head.target);
    reply(exchange, "");
  });
  const large = `GET /large HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(70_000)}\r\n\r\n`;
  conn.receive(`GET /small HTTP/1.1\r\nHost: a\r\n\r\n${large}`);
  expect(targets).toEqual(["/small", "/large"]);
});

test("so is one that came in several chunks", () => {
  const targets: string[] = [];
  const { conn } = speak((exchange) => {
    targets.push(exchange.head.target);
    reply(exchange, "");
  });
  conn.receive("GET /small HTTP/1.1\r\nHost: a\r\n\r\n");
  conn.receive(`GET /large HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(30_000)}`);
  conn.receive("x".repeat(50_000));
  expect(targets).toEqual(["/small", "/large"]);
});

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

test("requests pipelined before a FIN are answered behind the one that runs", () => {
  const asked: Exchange[] = [];
  const { conn } = speak((exchange) => void asked.push(exchange));
  conn.receive(GET + GET + GET);
  conn.finish();
  expect(asked.length).toBe(1);
  for (let i = 0; i < 3; i++) reply(asked[i] as Exchange, `answer ${i}`);
  expect(asked.length).toBe(3);
  expect([...conn.text.matchAll(/answer \d/g)].join()).toBe("answer 0,answer 1,answer 2");
  expect(conn.text.split("Connection: close").length).toBe(2);
  expect(conn.isEnded).toBe(true);
  expect(conn.isAborted).toBe(false);
});

test("so is one with a body, and part of a head behind it is nothing", () => {
  const asked: Exchange[] = [];
  const { conn } = speak((exchange) => void asked.push(exchange));
  conn.receive(`${GET}POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nokGET / HT`);
  conn.finish();
  reply(asked[0] as Exchange, "first");
  const second = asked[1] as Exchange;
  let got = "";
  second.body?.pipe({
    data: (chunk) => (got += Buffer.from(chunk).toString()),
    end: () => reply(second, `second ${got}`),
    fail: () => {},
  });
  expect(conn.text).toEndWith("second ok");
  expect(conn.isEnded).toBe(true);
});

test("a body that the FIN cut short behind another request fails", () => {
  const asked: Exchange[] = [];
  const { conn } = speak((exchange) => void asked.push(exchange));
  conn.receive(`${GET}POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe`);
  conn.finish();
  reply(asked[0] as Exchange, "first");
  let failed = "";
  (asked[1] as Exchange).body?.pipe({
    data: () => {},
    end: () => {},
    fail: ({ code }) => (failed = code),
  });
  expect(failed).toBe("client.aborted");
  expect(conn.isClosed).toBe(true);
});

test("a FIN behind a last response that is still on its way does not cut it off", () => {
  const { conn } = speak((exchange) => reply(exchange, "x".repeat(100_000)));
  conn.isFull = true;
  conn.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  conn.finish();
  expect(conn.isAborted).toBe(false);
});
