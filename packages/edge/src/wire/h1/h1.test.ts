import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BodyDecoder } from "#wire/h1/body.ts";
import { emptyFraming, readFraming } from "#wire/h1/framing.ts";
import { HeadReader } from "#wire/h1/head-reader.ts";
import { type ParsedRequest, parseRequest } from "#wire/h1/request.ts";
import { type ParsedResponse, parseResponse } from "#wire/h1/response.ts";

const LIMITS = { urlBytes: 100, headerCount: 8 };

function request(text: string): { result: string; head: ParsedRequest } {
  const bytes = Buffer.from(text, "latin1");
  const head: ParsedRequest = { method: "", target: "", version: 11, headers: [] };
  const reader = new HeadReader();
  const scan = reader.feed(bytes, 0, 4096);
  if (scan !== "whole") return { result: scan, head };
  return { result: parseRequest(reader.bytes, reader.start, reader.end, LIMITS, head), head };
}

describe("request heads", () => {
  test("keeps method, raw target, order and case", () => {
    const { result, head } = request(
      "GET /a/../b?%41#x HTTP/1.1\r\nHost: a\r\nX-B:  v w \t\r\nx-a:\r\n\r\n",
    );
    expect(result).toBe("ok");
    expect(head).toEqual({
      method: "GET",
      target: "/a/../b?%41#x",
      version: 11,
      headers: ["Host", "a", "X-B", "v w", "x-a", ""],
    });
  });

  const refused: [string, string][] = [
    ["GET / HTTP/1.1\nHost: a\n\n", "bare_lf"],
    ["GET / HTTP/1.1\r\nHost: a\n\r\n", "bare_lf"],
    ["GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", "bare_cr"],
    ["GET / HTTP/1.1\r\nHost : a\r\n\r\n", "space_before_colon"],
    ["GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", "space_before_colon"],
    ["GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "obs_fold"],
    ["GET / HTTP/1.1\r\n Host: a\r\n\r\n", "obs_fold"],
    ["GET / HTTP/1.1\r\n: a\r\n\r\n", "field_name"],
    ["GET / HTTP/1.1\r\nHost\r\n\r\n", "field_name"],
    ["GET / HTTP/1.1\r\nX: a\0b\r\n\r\n", "field_value"],
    ["GET / HTTP/1.1\r\nX: a\x7f\r\n\r\n", "field_value"],
    ["GET / HTTP/1.1\r\nX\x0b: a\r\n\r\n", "field_name"],
    ["GET  / HTTP/1.1\r\n\r\n", "start_line"],
    ["GET / HTTP/1.1 \r\n\r\n", "start_line"],
    ["GET /\r\n\r\n", "start_line"],
    ["G@T / HTTP/1.1\r\n\r\n", "start_line"],
    ["GET /\t HTTP/1.1\r\n\r\n", "start_line"],
    ["GET / HTTP/2.0\r\n\r\n", "version"],
    ["GET / HTTP/1.2\r\n\r\n", "version"],
    ["GET / http/1.1\r\n\r\n", "start_line"],
    [`GET /${"a".repeat(100)} HTTP/1.1\r\n\r\n`, "url_too_long"],
    [`GET / HTTP/1.1\r\n${"a: b\r\n".repeat(9)}\r\n`, "too_many_fields"],
    [`GET / HTTP/1.1\r\na: ${"b".repeat(5000)}\r\n\r\n`, "head_too_large"],
  ];
  for (const [text, fault] of refused) {
    test(`refuses ${JSON.stringify(text.slice(0, 40))} as ${fault}`, () => {
      expect(request(text).result).toBe(fault);
    });
  }

  test("reads the same wherever the bytes are split", () => {
    const text = "POST /x HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\nrest";
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 })), (cuts) => {
        const reader = new HeadReader();
        const bytes = Buffer.from(text);
        let at = 0;
        for (const size of [...cuts, bytes.length]) {
          const chunk = bytes.subarray(at, at + size);
          const scan = reader.feed(chunk, 0, 4096);
          if (scan === "whole") {
            expect(reader.end - reader.start).toBe(text.length - 4);
            expect(at + reader.rest).toBe(text.length - 4);
            return;
          }
          expect(scan).toBe("more");
          at += size;
        }
        throw new Error("never whole");
      }),
    );
  });
});

describe("framing", () => {
  const cases: [string[], 10 | 11, string, number][] = [
    [["Content-Length", "5"], 11, "ok", 5],
    [["Transfer-Encoding", "chunked"], 11, "ok", -1],
    [["transfer-encoding", "Chunked"], 11, "ok", -1],
    [[], 11, "ok", -2],
    [["Content-Length", "5", "content-length", "5"], 11, "repeated_content_length", 0],
    [["Content-Length", "5, 5"], 11, "content_length", 0],
    [["Content-Length", "+5"], 11, "content_length", 0],
    [["Content-Length", "0x5"], 11, "content_length", 0],
    [["Content-Length", "-1"], 11, "content_length", 0],
    [["Content-Length", ""], 11, "content_length", 0],
    [["Content-Length", "9".repeat(17)], 11, "content_length", 0],
    [["Content-Length", "9999999999999999"], 11, "content_length", 0],
    [["Content-Length", "5", "Transfer-Encoding", "chunked"], 11, "cl_and_te", 0],
    [["Transfer-Encoding", "chunked"], 10, "te_in_http10", 0],
    [["Transfer-Encoding", "xchunked"], 11, "transfer_encoding", 0],
    [["Transfer-Encoding", "identity, chunked"], 11, "transfer_encoding", 0],
    [["Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"], 11, "transfer_encoding", 0],
    [["Host", "a", "host", "a"], 11, "repeated_host", 0],
    [["Connection", "close, content-length"], 11, "connection", 0],
    [["Connection", "a b"], 11, "connection", 0],
  ];
  for (const [headers, version, result, length] of cases) {
    test(`${JSON.stringify(headers)} in ${version}: ${result}`, () => {
      const framing = emptyFraming();
      expect<string>(readFraming(headers, version, framing)).toBe(result);
      if (result === "ok") expect(framing.length).toBe(length);
    });
  }

  test("collects what Connection says", () => {
    const framing = emptyFraming();
    readFraming(
      ["Connection", "Upgrade, X-Foo ,close", "Upgrade", "websocket", "Expect", "100-Continue"],
      11,
      framing,
    );
    expect(framing).toMatchObject({
      upgrade: true,
      upgradeTo: "websocket",
      close: true,
      nominated: ["x-foo"],
      expectContinue: true,
    });
  });
});

/** Feeds `text` in pieces of `size` and returns the body, the event that stopped it and the trailers. */
function decode(text: string, length: number, size: number) {
  const decoder = new BodyDecoder();
  decoder.begin(length, 200);
  let body = "";
  const bytes = Buffer.from(text, "latin1");
  for (let start = 0; start < bytes.length; start += size) {
    const chunk = bytes.subarray(start, start + size);
    let at = 0;
    for (;;) {
      const event = decoder.read(chunk, at);
      at = decoder.next;
      if (event === "data") body += chunk.toString("latin1", decoder.from, decoder.to);
      else if (event === "more") break;
      else return { body, event, used: start + at, trailers: decoder.trailers };
    }
  }
  const event = decoder.isDone ? "end" : "more";
  return { body, event, used: bytes.length, trailers: decoder.trailers };
}

describe("bodies", () => {
  const cases: [string, number, string, string][] = [
    ["hello", 5, "hello", "end"],
    ["hel", 5, "hel", "more"],
    ["5\r\nhello\r\n0\r\n\r\n", -1, "hello", "end"],
    ["5;a=b;c\r\nhello\r\n000\r\n\r\n", -1, "hello", "end"],
    ["5 \r\nhello\r\n0\r\n\r\n", -1, "", "chunk_size"],
    ["0x5\r\nhello\r\n0\r\n\r\n", -1, "", "chunk_size"],
    ["+5\r\nhello\r\n0\r\n\r\n", -1, "", "chunk_size"],
    ["\r\nhello", -1, "", "chunk_size"],
    ["5\nhello\n0\n\n", -1, "", "chunk_size"],
    ["5\r\nhelloX\r\n", -1, "hello", "chunk_end"],
    ["5\r\nhello\n0\r\n\r\n", -1, "hello", "chunk_end"],
    ["5;a\nb\r\nhello\r\n0\r\n\r\n", -1, "", "chunk_extension"],
    [`5;${"a".repeat(300)}\r\nhello`, -1, "", "chunk_extension"],
    ["ffffffffffffff\r\n", -1, "", "chunk_size"],
    ["0\r\nA: b\r\n\r\n", -1, "", "end"],
    ["0\r\nContent-Length: 3\r\n\r\n", -1, "", "trailer"],
    ["0\r\nA: b\nC: d\r\n\r\n", -1, "", "trailer"],
    [`0\r\nA: ${"b".repeat(300)}\r\n\r\n`, -1, "", "trailer_too_large"],
  ];
  for (const [text, length, body, event] of cases) {
    for (const size of [1, 3, 1000]) {
      test(`${JSON.stringify(text.slice(0, 30))} by ${size}: ${event}`, () => {
        const result = decode(text, length, size);
        expect<string>(result.event).toBe(event);
        expect(result.body).toBe(body);
      });
    }
  }

  test("chunked bodies come back whole, however they are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 40 })),
        fc.integer({ min: 1, max: 64 }),
        (parts, size) => {
          const latin = parts.map((part) => Buffer.from(part).toString("latin1"));
          const text = `${latin.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("")}0\r\nX: y\r\n\r\n`;
          const result = decode(`${text}NEXT`, -1, size);
          expect(result.body).toBe(latin.join(""));
          expect(result.trailers).toEqual(["X", "y"]);
          expect(result.used).toBe(text.length);
        },
      ),
    );
  });
});

describe("response heads", () => {
  function response(text: string): { result: string; head: ParsedResponse } {
    const bytes = Buffer.from(text, "latin1");
    const head: ParsedResponse = { status: 0, reason: "", version: 11, headers: [] };
    return { result: parseResponse(bytes, 0, bytes.length, 8, head), head };
  }

  test("reads status, reason and fields", () => {
    expect(response("HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n")).toEqual({
      result: "ok",
      head: { status: 404, reason: "Not Found", version: 11, headers: ["A", "b"] },
    });
    expect(response("HTTP/1.0 200 \r\n\r\n").head).toMatchObject({
      status: 200,
      reason: "",
      version: 10,
    });
    expect(response("HTTP/1.1 200\r\n\r\n").result).toBe("ok");
  });

  for (const line of [
    "HTTP/2 200 OK",
    "HTTP/1.1 20 OK",
    "HTTP/1.1 2000 OK",
    "HTTP/1.1  200 OK",
    "ICY 200 OK",
    "HTTP/1.1 0200 OK",
    "HTTP/1.1 099 OK",
  ]) {
    test(`refuses ${line}`, () => {
      expect(response(`${line}\r\n\r\n`).result).not.toBe("ok");
    });
  }
});
