import { expect, test } from "bun:test";
import { FakeConn } from "@egide/testkit/fake-conn.ts";
import { valuesOf } from "@egide/testkit/reference/message.ts";
import { readResponses } from "@egide/testkit/reference/response.ts";
import { speakH1 } from "#accept/h1/testing/speak.ts";
import type { KeptHead } from "#exchange.ts";

/** A connection on which every request is answered with `kept` and its own number. */
function speak() {
  const conn = new FakeConn();
  const kept: KeptHead = { status: 403, fields: ["Vary", "Accept"], wire: null };
  speakH1(conn, (exchange) => {
    const body = "x".repeat(exchange.client.request);
    exchange.startKept(kept, ["X-Number", String(exchange.client.request)], body.length);
    if (exchange.head.method !== "HEAD") exchange.write(Buffer.from(body));
    exchange.end(null);
  });
  return { conn, kept };
}

test("answers with a kept head are framed each for itself, and keep the connection", () => {
  const { conn, kept } = speak();
  conn.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  const before = kept.wire;
  conn.receive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  expect(kept.wire).toBe(before);
  const { responses, malformed } = readResponses(
    Buffer.from(conn.text, "latin1"),
    ["GET", "HEAD", "GET"],
    true,
  );
  expect(malformed).toBeNull();
  const field = (i: number, name: string): readonly string[] =>
    valuesOf(responses[i]?.fields ?? [], name.toLowerCase());
  expect(responses.map(({ status, body }) => [status, body])).toEqual([
    [403, "x"],
    [403, ""],
    [403, "xxx"],
  ]);
  for (const i of [0, 1, 2]) {
    expect(field(i, "X-Number")).toEqual([String(i + 1)]);
    expect(field(i, "Content-Length")).toEqual([String(i + 1)]);
    expect(field(i, "Vary")).toEqual(["Accept"]);
    expect(field(i, "Date")).toHaveLength(1);
    expect(field(i, "Connection")).toEqual(i === 2 ? ["close"] : []);
  }
  expect(conn.isEnded).toBe(true);
});

test("an HTTP/1.0 client that asked for it is told that the connection stays", () => {
  const { conn } = speak();
  conn.receive("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
  expect(conn.text).toContain("\r\nConnection: keep-alive\r\n");
  expect(conn.isEnded).toBe(false);
});
