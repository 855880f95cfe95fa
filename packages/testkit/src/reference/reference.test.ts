import { describe, expect, test } from "bun:test";
import { llhttpRequests, llhttpResponses } from "#reference/llhttp.ts";
import { readRequests } from "#reference/request.ts";
import { readResponses } from "#reference/response.ts";

const POST = "POST /c HTTP/1.1\r\nHost: a\r\n";
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n`;
const LENGTH = `${POST}Content-Length: 5\r\n\r\nhello`;

describe("reference parser", () => {
  test("reads requests one behind the other, and knows where they end", () => {
    const reading = readRequests(CHUNKED + LENGTH);
    expect(reading.requests.map(({ body }) => body)).toEqual(["hello", "hello"]);
    expect(reading.requests[0]?.trailers).toEqual([["X", "y"]]);
    expect(reading.ends).toEqual([CHUNKED.length, CHUNKED.length + LENGTH.length]);
    expect(reading.malformed).toBeNull();
  });

  test("every cut is incomplete, none malformed", () => {
    for (let end = 1; end < CHUNKED.length; end++) {
      expect(readRequests(CHUNKED.slice(0, end))).toMatchObject({ requests: [], malformed: null });
    }
  });

  for (const text of [
    "GET /c HTTP/1.1\nHost: a\r\n\r\n",
    "GET  /c HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /c HTTP/1.1\r\n\r\n",
    "GET /c HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "GET /c HTTP/1.1\r\nHost : a\r\n\r\n",
    `${POST}Content-Length: +5\r\n\r\nhello`,
    `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${POST}Transfer-Encoding: chunked\r\n\r\n5;ext\r\nhello\r\n0\r\n\r\n`,
  ]) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      expect(readRequests(text).malformed).not.toBeNull();
    });
  }

  test("reads responses: interim, without body, cut off", () => {
    const bytes = Buffer.from(
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" +
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
    );
    const open = readResponses(bytes, ["HEAD", "GET"], false).responses;
    expect(open.map(({ status }) => status)).toEqual([103, 200]);
    const ended = readResponses(bytes, ["HEAD", "GET"], true).responses;
    expect(ended.map(({ complete }) => complete)).toEqual([true, true, false]);
  });
});

describe("llhttp", () => {
  test("reads what the reference parser reads", () => {
    const { messages, error } = llhttpRequests(Buffer.from(CHUNKED + LENGTH));
    expect(error).toBeNull();
    expect(messages.map(({ method, target, body }) => [method, target, body])).toEqual([
      ["POST", "/c", "hello"],
      ["POST", "/c", "hello"],
    ]);
    expect(messages[0]?.fields).toContainEqual(["X", "y"]);
  });

  test("is strict", () => {
    const both = `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(llhttpRequests(Buffer.from(both)).error).toStartWith("HPE_INVALID");
    const bare = "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n";
    expect(llhttpResponses(Buffer.from(bare)).error).not.toBeNull();
  });
});
