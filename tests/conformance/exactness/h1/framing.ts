import { type ExpectedRequest, forward, type H1Case, hex, refuse, request } from "../case.ts";

/*
 * Who decides where a body ends? Each case is a message whose length two readers could take for
 * different ones: the raw material of request smuggling (RFC 9112, sections 6.1 to 6.3 and 11.2).
 */

const CHUNKED_BODY = "5\r\nhello\r\n0\r\n\r\n";
const HELLO: ExpectedRequest = { method: "POST", target: "/c", body: "hello" };

/** Field lines that some parser somewhere takes for `Transfer-Encoding: chunked`, and ours must not. */
const TRANSFER_ENCODINGS: readonly (readonly [name: string, lines: string])[] = [
  ["xchunked", "Transfer-Encoding: xchunked"],
  ["chunk", "Transfer-Encoding: chunk"],
  ["unknown", "Transfer-Encoding: cow"],
  ["identity", "Transfer-Encoding: identity"],
  ["empty", "Transfer-Encoding:"],
  ["chunked-identity", "Transfer-Encoding: chunked, identity"],
  ["identity-chunked", "Transfer-Encoding: identity, chunked"],
  ["gzip-chunked", "Transfer-Encoding: gzip, chunked"],
  ["chunked-gzip", "Transfer-Encoding: chunked, gzip"],
  ["chunked-twice", "Transfer-Encoding: chunked, chunked"],
  ["unknown-chunked", "Transfer-Encoding: x, chunked"],
  ["trailing-comma", "Transfer-Encoding: chunked,"],
  ["leading-comma", "Transfer-Encoding: ,chunked"],
  ["parameter", "Transfer-Encoding: chunked;q=0.5"],
  ["quoted", 'Transfer-Encoding: "chunked"'],
  ["single-quoted", "Transfer-Encoding: 'chunked'"],
  ["bracketed", "Transfer-Encoding: [chunked]"],
  ["two-words", "Transfer-Encoding: chunked foo"],
  ["repeated", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"],
  ["repeated-identity", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"],
  ["repeated-unknown-first", "Transfer-Encoding: x\r\nTransfer-Encoding: chunked"],
  ["repeated-empty-first", "Transfer-Encoding:\r\nTransfer-Encoding: chunked"],
  ["space-before-colon", "Transfer-Encoding : chunked"],
  ["tab-before-colon", "Transfer-Encoding\t: chunked"],
  ["leading-space", " Transfer-Encoding: chunked"],
  ["leading-tab", "\tTransfer-Encoding: chunked"],
  ["obs-fold", "Transfer-Encoding:\r\n chunked"],
  ["obs-fold-tab", "Transfer-Encoding:\r\n\tchunked"],
  ["obs-fold-after", "Transfer-Encoding: chunked\r\n , identity"],
  ["fold-of-another", "X: y\r\n Transfer-Encoding: chunked"],
  ["vertical-tab", "Transfer-Encoding: \x0bchunked"],
  ["vertical-tab-after", "Transfer-Encoding: chunked\x0b"],
  ["form-feed", "Transfer-Encoding: \x0cchunked"],
  ["nul", "Transfer-Encoding: chunked\x00"],
  ["nul-in-name", "Transfer-Encoding\x00: chunked"],
  ["nbsp", "Transfer-Encoding: chunked\xa0"],
  ["kelvin-sign", "Transfer-Encoding: chun\xe2\x84\xaaed"],
  ["bare-cr-before", "X: y\rTransfer-Encoding: chunked"],
  ["bare-lf-before", "X: y\nTransfer-Encoding: chunked"],
  ["cr-in-value", "Transfer-Encoding: \rchunked"],
  ["cr-after-value", "Transfer-Encoding: chunked\r\r"],
  ["no-colon", "Transfer-Encoding chunked"],
  ["semicolon", "Transfer-Encoding; chunked"],
];

const transferEncodings: H1Case[] = TRANSFER_ENCODINGS.flatMap(([name, lines]) => [
  {
    id: `te/${name}`,
    about: "a transfer coding that is not exactly `chunked` (RFC 9112, 6.1 and 6.3)",
    send: [request("POST /c HTTP/1.1", [lines], CHUNKED_BODY)],
    expect: refuse([400, 501]),
  },
  {
    id: `te-cl/${name}`,
    about: "the same next to a Content-Length: CL.TE and TE.CL smuggling (RFC 9112, 11.2)",
    send: [request("POST /c HTTP/1.1", ["Content-Length: 15", lines], CHUNKED_BODY)],
    expect: refuse([400, 501]),
  },
]);

const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: site.test\r\n\r\n";
const both: H1Case[] = (
  [
    ["cl-te", ["Content-Length: 4", "Transfer-Encoding: chunked"], `0\r\n\r\n${SMUGGLED}`],
    ["te-cl", ["Transfer-Encoding: chunked", "Content-Length: 4"], `0\r\n\r\n${SMUGGLED}`],
    ["cl0-te", ["Content-Length: 0", "Transfer-Encoding: chunked"], CHUNKED_BODY],
    ["matching", ["Content-Length: 15", "Transfer-Encoding: chunked"], CHUNKED_BODY],
    ["lower-case", ["content-length: 15", "transfer-encoding: chunked"], CHUNKED_BODY],
    ["get", ["Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n"],
  ] as const
).map(([name, fields, body]) => ({
  id: `cl-and-te/${name}`,
  about: "Content-Length next to Transfer-Encoding (RFC 9112, 6.1)",
  send: [request(`${name === "get" ? "GET" : "POST"} /c HTTP/1.1`, fields, body)],
  expect: refuse(),
}));

/** Values that some reader takes for 5 or for a length at all. */
const LENGTHS: readonly (readonly [name: string, line: string])[] = [
  ["plus", "Content-Length: +5"],
  ["minus", "Content-Length: -5"],
  ["minus-zero", "Content-Length: -0"],
  ["hex", "Content-Length: 0x5"],
  ["binary", "Content-Length: 0b101"],
  ["float", "Content-Length: 5.0"],
  ["exponent", "Content-Length: 5e0"],
  ["letter-after", "Content-Length: 5a"],
  ["letter-before", "Content-Length: a5"],
  ["words", "Content-Length: 5 5"],
  ["underscore", "Content-Length: 0_5"],
  ["quoted", 'Content-Length: "5"'],
  ["empty", "Content-Length:"],
  ["blank", "Content-Length:   "],
  ["list-same", "Content-Length: 5, 5"],
  ["list-tight", "Content-Length: 5,5"],
  ["list-different", "Content-Length: 5, 6"],
  ["list-trailing", "Content-Length: 5,"],
  ["list-leading", "Content-Length: ,5"],
  ["repeated-same", "Content-Length: 5\r\nContent-Length: 5"],
  ["repeated-different", "Content-Length: 5\r\nContent-Length: 6"],
  ["repeated-zero", "Content-Length: 0\r\nContent-Length: 5"],
  ["repeated-case", "Content-Length: 5\r\nCONTENT-LENGTH: 6"],
  ["repeated-empty", "Content-Length:\r\nContent-Length: 5"],
  ["semicolon", "Content-Length: 5;"],
  ["nul", "Content-Length: 5\x00"],
  ["vertical-tab", "Content-Length: \x0b5"],
  ["space-before-colon", "Content-Length : 5"],
  ["obs-fold", "Content-Length:\r\n 5"],
  ["obs-fold-digits", "Content-Length: 1\r\n 5"],
  ["fullwidth", "Content-Length: \xef\xbc\x95"],
  ["superscript", "Content-Length: \xb2"],
  ["two-to-63", "Content-Length: 9223372036854775808"],
  ["two-to-64-plus-5", "Content-Length: 18446744073709551621"],
  ["thirty-digits", "Content-Length: 100000000000000000000000000005"],
  ["nan", "Content-Length: NaN"],
  ["infinity", "Content-Length: Infinity"],
  ["bare-cr", "X: y\rContent-Length: 5"],
  ["bare-lf", "X: y\nContent-Length: 5"],
];

const lengths: H1Case[] = LENGTHS.map(([name, line]) => ({
  id: `cl/${name}`,
  about: "a length that is not 1*DIGIT, or said twice (RFC 9110, 8.6; RFC 9112, 6.3)",
  send: [request("POST /c HTTP/1.1", [line], "hello")],
  expect: refuse([400, 413]),
}));

const accepted: H1Case[] = (
  [
    ["te/plain", ["Transfer-Encoding: chunked"], CHUNKED_BODY],
    ["te/no-space", ["Transfer-Encoding:chunked"], CHUNKED_BODY],
    ["te/upper-case", ["TRANSFER-ENCODING: CHUNKED"], CHUNKED_BODY],
    ["te/lower-case", ["transfer-encoding: chunked"], CHUNKED_BODY],
    ["te/outer-blanks", ["Transfer-Encoding: \t chunked \t "], CHUNKED_BODY],
    ["cl/plain", ["Content-Length: 5"], "hello"],
    ["cl/no-space", ["Content-Length:5"], "hello"],
    ["cl/outer-blanks", ["Content-Length: \t5\t "], "hello"],
    ["cl/lower-case", ["content-length: 5"], "hello"],
    ["cl/leading-zeros", ["Content-Length: 0005"], "hello"],
  ] as const
).map(([id, fields, body]) => ({
  id: `ok-${id}`,
  about: "framing that leaves no doubt is carried on (RFC 9112, 6)",
  send: [request("POST /c HTTP/1.1", fields, body)],
  expect: forward(HELLO),
}));

const methodsWithBodies: H1Case[] = ["GET", "DELETE", "PUT", "PATCH", "OPTIONS"].flatMap(
  (method) => [
    {
      id: `body/${method.toLowerCase()}-cl`,
      about: "a body is framed alike for every method (RFC 9112, 6)",
      send: [request(`${method} /c HTTP/1.1`, ["Content-Length: 5"], "hello")],
      expect: forward({ method, target: "/c", body: "hello" }),
    },
    {
      id: `body/${method.toLowerCase()}-chunked`,
      about: "the same with the chunked coding",
      send: [request(`${method} /c HTTP/1.1`, ["Transfer-Encoding: chunked"], CHUNKED_BODY)],
      expect: forward({ method, target: "/c", body: "hello" }),
    },
  ],
);

const http10: H1Case[] = [
  {
    id: "te/http10",
    about: "Transfer-Encoding in HTTP/1.0 has faulty framing (RFC 9112, 6.1)",
    send: [request("POST /c HTTP/1.0", ["Transfer-Encoding: chunked"], CHUNKED_BODY)],
    expect: refuse(),
  },
  {
    id: "te/http10-cl",
    about: "the same next to a Content-Length",
    send: [
      request(
        "POST /c HTTP/1.0",
        ["Transfer-Encoding: chunked", "Content-Length: 15"],
        CHUNKED_BODY,
      ),
    ],
    expect: refuse(),
  },
];

/** A second request in the body must stay a body, byte for byte. */
const nested: H1Case[] = [0x00, 0x0a, 0x0d, 0x1b, 0xff].map((byte) => ({
  id: `body/holds-a-request-${hex(byte)}`,
  about: "what stands in a body is never read as a request, whatever its bytes",
  send: [
    request(
      "POST /c HTTP/1.1",
      [`Content-Length: ${SMUGGLED.length + 1}`],
      SMUGGLED + String.fromCharCode(byte),
    ),
  ],
  expect: forward({ method: "POST", target: "/c", body: SMUGGLED + String.fromCharCode(byte) }),
}));

export const framingCases: readonly H1Case[] = [
  ...transferEncodings,
  ...both,
  ...lengths,
  ...accepted,
  ...methodsWithBodies,
  ...http10,
  ...nested,
];
