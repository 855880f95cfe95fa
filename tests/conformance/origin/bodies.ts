import { valuesOf } from "@egide/testkit/reference/message.ts";
import { bytewise } from "../exactness/case.ts";
import { BAD_GATEWAY, CUT, EITHER, END, head, ok, type OriginCase, origin, RESET } from "./case.ts";

/* Origins whose answers begin well: bodies that break off, sizes beyond reason, bytes too many. */

const EARLY = "an origin that goes away in the middle";
const early: OriginCase[] = [
  origin("close-at-once", EARLY, [END], BAD_GATEWAY),
  origin("reset-at-once", EARLY, [RESET], BAD_GATEWAY),
  origin("close-in-line", EARLY, ["HTTP/1.1 2", END], BAD_GATEWAY),
  origin("close-in-fields", EARLY, ["HTTP/1.1 200 OK\r\nX: y\r\nContent-Le", END], BAD_GATEWAY),
  origin(
    "close-before-empty-line",
    EARLY,
    ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", END],
    BAD_GATEWAY,
  ),
  origin("reset-in-fields", EARLY, ["HTTP/1.1 200 OK\r\nX: y\r\n", RESET], BAD_GATEWAY),
  origin("close-after-interim", EARLY, ["HTTP/1.1 103 Early Hints\r\n\r\n", END], BAD_GATEWAY),
  origin("close-before-body", EARLY, ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", END], EITHER),
  origin(
    "close-in-body",
    EARLY,
    ["HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", END],
    EITHER,
  ),
  origin(
    "reset-in-body",
    EARLY,
    ["HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", RESET],
    EITHER,
  ),
  origin(
    "close-in-big-body",
    EARLY,
    [`HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n${"x".repeat(500_000)}`, END],
    CUT,
  ),
  origin("close-in-chunk", EARLY, [head("Transfer-Encoding: chunked", "50\r\nhello"), END], EITHER),
  origin(
    "close-between-chunks",
    EARLY,
    [head("Transfer-Encoding: chunked", "5\r\nhello\r\n"), END],
    EITHER,
  ),
  origin(
    "close-in-last-chunk",
    EARLY,
    [head("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n"), END],
    EITHER,
  ),
  origin(
    "close-delimited",
    "a body without any length ends with the connection (RFC 9112, 6.3)",
    ["HTTP/1.1 200 OK\r\n\r\nhello", END],
    ok("hello"),
  ),
];

const CHUNKS = "a chunked body that breaks its coding (RFC 9112, 7.1)";
const chunks: OriginCase[] = [
  ["chunk-size-letters", "xyz\r\nhello\r\n0\r\n\r\n"],
  ["chunk-size-negative", "-5\r\nhello\r\n0\r\n\r\n"],
  ["chunk-size-hex-prefix", "0x5\r\nhello\r\n0\r\n\r\n"],
  ["chunk-size-overflow", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n"],
  ["chunk-size-bare-lf", "5\nhello\r\n0\r\n\r\n"],
  ["chunk-size-empty", "\r\nhello\r\n0\r\n\r\n"],
  ["chunk-data-too-long", "4\r\nhello\r\n0\r\n\r\n"],
  ["chunk-data-too-short", "6\r\nhello\r\n0\r\n\r\n"],
  ["chunk-data-bare-lf", "5\r\nhello\n0\r\n\r\n"],
  ["chunk-trailer-nul", "5\r\nhello\r\n0\r\nX: \x00\r\n\r\n"],
  ["chunk-trailer-name", "5\r\nhello\r\n0\r\nX Y: z\r\n\r\n"],
].map(([id, body]) =>
  origin(id as string, CHUNKS, [head("Transfer-Encoding: chunked", body), END], EITHER),
);

const goodChunks: OriginCase[] = [
  origin(
    "chunk-extension",
    "extensions stay behind",
    [head("Transfer-Encoding: chunked", '5;a="b"\r\nhello\r\n0;c\r\n\r\n')],
    ok("hello"),
  ),
  origin(
    "chunk-one-byte-each",
    "many small chunks",
    [head("Transfer-Encoding: chunked", `${"1\r\nx\r\n".repeat(5000)}0\r\n\r\n`)],
    ok("x".repeat(5000)),
  ),
  origin(
    "chunk-pieces",
    "each byte in a write of its own",
    bytewise(head("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n")),
    ok("hello"),
  ),
];

const many = (count: number, size: number): string =>
  Array.from({ length: count }, (_, i) => `X-${i}: ${"y".repeat(size)}`).join("\r\n");
const sizes: OriginCase[] = [
  origin(
    "300-fields",
    "three hundred fields pass whole",
    [head(`${many(300, 20)}\r\nContent-Length: 5`)],
    ok("hello"),
    {
      check: (response) =>
        valuesOf(response.fields, "x-299").length === 1 ? null : "fields are missing",
    },
  ),
  origin(
    "field-20kb",
    "one field of 20 kB passes",
    [head(`X-Big: ${"y".repeat(20_000)}\r\nContent-Length: 5`)],
    ok("hello"),
    {
      check: (response) =>
        valuesOf(response.fields, "x-big")[0]?.length === 20_000
          ? null
          : "the field is missing or short",
    },
  ),
  origin(
    "head-2mb",
    "a head without end is refused in bounded memory",
    [head(`${many(2000, 1000)}\r\nContent-Length: 5`), END],
    BAD_GATEWAY,
  ),
  origin(
    "field-5mb",
    "a field without end",
    [head(`X: ${"y".repeat(5_000_000)}\r\nContent-Length: 5`), END],
    BAD_GATEWAY,
  ),
  origin(
    "line-1mb",
    "a status line without end",
    [`HTTP/1.1 200 ${"y".repeat(1_000_000)}\r\nContent-Length: 5\r\n\r\nhello`, END],
    BAD_GATEWAY,
  ),
];

const interim: OriginCase[] = [
  origin(
    "interim-100",
    "a 100 that nobody waited for",
    ["HTTP/1.1 100 Continue\r\n\r\n", head("Content-Length: 5")],
    ok("hello"),
  ),
  origin(
    "interim-102",
    "an interim status that nobody knows",
    ["HTTP/1.1 102 Processing\r\n\r\n", head("Content-Length: 5")],
    ok("hello"),
  ),
  origin(
    "interim-103-twice",
    "two early hints",
    ["HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(2), head("Content-Length: 5")],
    ok("hello"),
    {
      check: (_, all) =>
        all.filter(({ status }) => status === 103).length === 2 ? null : "not both 103",
    },
  ),
  origin(
    "interim-storm",
    "1xx answers without end are cut off, or passed; memory stays bounded",
    ["HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(5000), head("Content-Length: 5")],
    {
      kind: "status",
      status: [200, 502],
    },
  ),
  origin(
    "interim-with-length",
    "an interim answer has no body, whatever it says",
    ["HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n", head("Content-Length: 5")],
    {
      kind: "status",
      status: [200, 502],
      body: "hello",
    },
  ),
  origin(
    "unasked-101",
    "a switch that nobody asked for",
    ["HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello", END],
    BAD_GATEWAY,
  ),
];

const DESYNC =
  "what stands behind an answer is never the answer to another request (RFC 9112, 9.2)";
const STRAY = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstray!";
const desync: OriginCase[] = [
  origin("stray-response", DESYNC, [head("Content-Length: 5") + STRAY], ok("hello")),
  origin("stray-bytes", DESYNC, [`${head("Content-Length: 5")}\r\n\r\n\r\n`], ok("hello")),
  origin(
    "stray-after-chunked",
    DESYNC,
    [head("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n") + STRAY],
    ok("hello"),
  ),
  origin("body-after-204", DESYNC, [`HTTP/1.1 204 No Content\r\n\r\n${STRAY}`], {
    kind: "status",
    status: [204],
  }),
  origin(
    "body-after-304",
    DESYNC,
    [`HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello${STRAY}`],
    { kind: "status", status: [304] },
  ),
  origin("body-after-head", DESYNC, [head("Content-Length: 5") + STRAY], ok(""), {
    method: "HEAD",
  }),
  origin(
    "length-in-204",
    DESYNC,
    [`HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello${STRAY}`],
    { kind: "status", status: [204] },
  ),
  origin(
    "chunked-204",
    DESYNC,
    [
      `HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n${STRAY}`,
    ],
    { kind: "status", status: [204, 502] },
  ),
  origin(
    "close-honoured",
    "a connection that the origin closes is not used again",
    [head("Connection: close\r\nContent-Length: 5"), END],
    ok("hello"),
  ),
];

export const bodyCases: readonly OriginCase[] = [
  ...early,
  ...chunks,
  ...goodChunks,
  ...sizes,
  ...interim,
  ...desync,
];
