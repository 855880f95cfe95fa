import { bytewise, type Expectation, forward, type H1Case, refuse, request } from "../case.ts";

/* The chunked coding (RFC 9112, section 7.1): sizes, extensions, line ends and trailers. */

const REFUSED = refuse([400, 413, 431, 0], { stage: "body" });
const HELLO = forward({ method: "POST", target: "/c", body: "hello" });
const END = "0\r\n\r\n";

function chunk(id: string, about: string, body: string, expect: Expectation = REFUSED): H1Case {
  return {
    id: `chunk/${id}`,
    about,
    send: [request("POST /c HTTP/1.1", ["Transfer-Encoding: chunked"], body)],
    expect,
  };
}

const SIZE = "a chunk size that is not 1*HEXDIG (RFC 9112, 7.1)";
const sizes: H1Case[] = (
  [
    ["plus", "+5"],
    ["minus", "-5"],
    ["hex-prefix", "0x5"],
    ["leading-space", " 5"],
    ["leading-tab", "\t5"],
    ["trailing-space", "5 "],
    ["trailing-tab", "5\t"],
    ["vertical-tab", "5\x0b"],
    ["nul", "5\x00"],
    ["empty", ""],
    ["letter", "g"],
    ["underscore", "0_5"],
    ["comma", "5,"],
    ["point", "5.0"],
    ["wraps-32", "100000005"],
    ["wraps-64", "10000000000000005"],
    ["all-ones", "ffffffffffffffff"],
    ["sign-bit", "8000000000000005"],
    ["forty-digits", "f".repeat(40)],
  ] as const
).map(([id, size]) => {
  // A size of 2^32 + 5 is legal: the request then merely never ends, and must not end at five.
  const endless = id === "wraps-32";
  return {
    ...chunk(`size-${id}`, SIZE, `${size}\r\nhello\r\n${END}`),
    ...(endless ? { expect: refuse([0, 400, 408, 413], { stage: "body", closes: false }) } : {}),
  };
});

const goodSizes: H1Case[] = (
  [
    ["leading-zeros", `0005\r\nhello\r\n${END}`],
    ["long-zero", "5\r\nhello\r\n000000\r\n\r\n"],
    ["two-chunks", `2\r\nhe\r\n3\r\nllo\r\n${END}`],
    ["extension", `5;name\r\nhello\r\n${END}`],
    ["extension-value", `5;name=value\r\nhello\r\n${END}`],
    ["extension-quoted", `5;name="a b"\r\nhello\r\n${END}`],
    ["extension-last", "5\r\nhello\r\n0;name=value\r\n\r\n"],
  ] as const
).map(([id, body]) => chunk(`ok-${id}`, "legal chunks; extensions stay behind", body, HELLO));

const upperCase = chunk(
  "ok-upper-case",
  "hexadecimal digits of both cases",
  `A\r\n0123456789\r\nb\r\nhello world\r\n${END}`,
  forward({ method: "POST", target: "/c", body: "0123456789hello world" }),
);

const SYNTAX = "a line end that two readers see at different places (RFC 9112, 2.2 and 7.1)";
const syntax: H1Case[] = (
  [
    ["size-bare-lf", `5\nhello\r\n${END}`],
    ["size-bare-cr", `5\rhello\r\n${END}`],
    ["size-cr-cr-lf", `5\r\r\nhello\r\n${END}`],
    ["size-lf-cr", `5\n\rhello\r\n${END}`],
    ["data-bare-lf", `5\r\nhello\n${END}`],
    ["data-bare-cr", `5\r\nhello\r${END}`],
    ["data-no-end", `5\r\nhello${END}`],
    ["data-other-end", `5\r\nhelloXX${END}`],
    ["data-too-long", `4\r\nhello\r\n${END}`],
    ["data-too-short", `6\r\nhello\r\n${END}`],
    ["end-bare-lf", "5\r\nhello\r\n0\n\n"],
    ["end-bare-lf-second", "5\r\nhello\r\n0\r\n\n"],
    ["end-bare-cr", "5\r\nhello\r\n0\r\r\n\r\n"],
    ["extension-bare-lf", `5;a\nhello\r\n${END}`],
    ["extension-lf-inside", `5;a\nb\r\nhello\r\n${END}`],
    ["extension-bare-cr", `5;a\rb\r\nhello\r\n${END}`],
    ["extension-cr-cr", `5;a\r\r\nhello\r\n${END}`],
    ["extension-nul", `5;a=\x00\r\nhello\r\n${END}`],
    ["extension-control", `5;a=\x01\r\nhello\r\n${END}`],
    ["extension-del", `5;a=\x7f\r\nhello\r\n${END}`],
    ["extension-no-name", `5;\r\nhello\r\n${END}`],
    ["extension-open-quote", `5;a="b\r\nhello\r\n${END}`],
    ["extension-20kb", `5;a=${"x".repeat(20_000)}\r\nhello\r\n${END}`],
    ["leading-crlf", `\r\n5\r\nhello\r\n${END}`],
  ] as const
).map(([id, body]) => chunk(id, SYNTAX, body));

const TRAILER = "a trailer section that is malformed or changes the message (RFC 9110, 6.5.1)";
const trailers: H1Case[] = (
  [
    ["bad-name", "X Y: z\r\n"],
    ["no-colon", "nothing\r\n"],
    ["space-before-colon", "X : y\r\n"],
    ["obs-fold", "X: y\r\n z\r\n"],
    ["leading-space", " X: y\r\n"],
    ["bare-lf", "X: y\nZ: z\r\n"],
    ["bare-cr", "X: y\rZ: z\r\n"],
    ["nul", "X: \x00\r\n"],
    ["empty-name", ": y\r\n"],
    ["content-length", "Content-Length: 3\r\n"],
    ["transfer-encoding", "Transfer-Encoding: chunked\r\n"],
    ["host", "Host: evil.test\r\n"],
    ["one-huge", `X: ${"y".repeat(200_000)}\r\n`],
    [
      "many",
      `${Array.from({ length: 5000 }, (_, i) => `X-${i}: ${"y".repeat(20)}`).join("\r\n")}\r\n`,
    ],
  ] as const
).map(([id, fields]) => {
  const each = chunk(`trailer-${id}`, TRAILER, `5\r\nhello\r\n0\r\n${fields}\r\n`);
  const harmless = ["content-length", "transfer-encoding", "host"].includes(id);
  // Leaving such a field behind is right too: RFC 9110 lets a recipient discard trailers.
  if (!harmless) return each;
  const request = { method: "POST", target: "/c", body: "hello" };
  return { ...each, expect: { kind: "either" as const, status: [400, 0], request } };
});

const goodTrailer: H1Case = {
  id: "chunk/ok-trailer",
  about: "a harmless trailer is carried on, or left behind, but never mixed into the head",
  send: [
    request(
      "POST /c HTTP/1.1",
      ["Transfer-Encoding: chunked", "Trailer: X-Sum"],
      "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
    ),
  ],
  expect: forward({ method: "POST", target: "/c", body: "hello", lacks: ["x-sum"] }),
};

/** The coding read in pieces: every state of the reader must survive the end of a packet. */
const pieces: H1Case = {
  ...chunk("ok-byte-by-byte", "each byte in a packet of its own", ""),
  send: [
    ...bytewise(
      request(
        "POST /c HTTP/1.1",
        ["Transfer-Encoding: chunked"],
        `5;x=y\r\nhello\r\n0\r\nX: y\r\n\r\n`,
      ),
    ),
  ],
  expect: HELLO,
};

export const chunkCases: readonly H1Case[] = [
  ...sizes,
  ...goodSizes,
  upperCase,
  ...syntax,
  ...trailers,
  goodTrailer,
  pieces,
];
