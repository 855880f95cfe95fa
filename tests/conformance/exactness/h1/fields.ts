import { bytewise, type Expectation, forward, type H1Case, hex, refuse, request } from "../case.ts";

/* Field lines (RFC 9110, section 5; RFC 9112, section 5), and the one field that routes: Host. */

const get = (fields: readonly string[], host?: string): string =>
  request("GET /c HTTP/1.1", fields, "", host);
const GET = { method: "GET", target: "/c" } as const;

/** Every control byte but HTAB; CR and LF get cases of their own. */
const CONTROLS = [...Array(0x20).keys(), 0x7f].filter(
  (b) => b !== 0x09 && b !== 0x0a && b !== 0x0d,
);
const NOT_IN_NAMES = [...CONTROLS, 0x20, 0x09, 0x80, 0xff, ...Buffer.from('"(),/;<=>?@[\\]{}')];

const values: H1Case[] = [
  ...CONTROLS.map((byte) => ({
    id: `field/value-byte-${hex(byte)}`,
    about: "a control byte in a value (RFC 9110, 5.5)",
    send: [get([`X: a${String.fromCharCode(byte)}b`])],
    expect: refuse(),
  })),
  ...[0x80, 0xa0, 0xe9, 0xff].map((byte) => ({
    id: `field/value-obs-text-${hex(byte)}`,
    about: "obs-text arrives unchanged (RFC 9110, 5.5)",
    send: [get([`X: a${String.fromCharCode(byte)}b`])],
    expect: forward({ ...GET, has: { x: `a${String.fromCharCode(byte)}b` } }),
  })),
  {
    id: "field/value-inner-tab",
    about: "HTAB inside a value is allowed",
    send: [get(["X: a\tb"])],
    expect: { kind: "either", status: [400], request: { ...GET, has: { x: /^a[\t ]b$/ } } },
  },
];

const names: H1Case[] = NOT_IN_NAMES.map((byte) => ({
  id: `field/name-byte-${hex(byte)}`,
  about: "a field name is a token (RFC 9110, 5.1)",
  send: [get([`X${String.fromCharCode(byte)}Y: z`])],
  expect: refuse(),
}));

const LINES = "a field line that two readers split differently (RFC 9112, 5)";
const lines: H1Case[] = (
  [
    ["empty-name", ": y"],
    ["no-colon", "nothing"],
    ["space-before-colon", "X : y"],
    ["tab-before-colon", "X\t: y"],
    ["obs-fold", "X: y\r\n z"],
    ["obs-fold-tab", "X: y\r\n\tz"],
    ["obs-fold-empty", "X: y\r\n "],
    ["bare-cr", "X: y\rZ: z"],
    ["bare-lf", "X: y\nZ: z"],
    ["cr-before-crlf", "X: y\r"],
    ["lf-before-crlf", "X: y\n"],
    ["cr-line", "\rX: y"],
    ["cr-in-name", "X\rY: z"],
    ["lf-in-name", "X\nY: z"],
    ["lf-cr", "X: y\n\rZ: z"],
  ] as const
).map(([id, text]) => ({ id: `field/${id}`, about: LINES, send: [get([text])], expect: refuse() }));

const first: H1Case = {
  id: "field/first-line-indented",
  about: "blanks between the request line and the first field (RFC 9112, 2.2)",
  send: ["GET /c HTTP/1.1\r\n X: y\r\nHost: site.test\r\n\r\n"],
  expect: refuse(),
};

const kept: H1Case[] = [
  {
    id: "field/repeated-kept",
    about: "repeated fields arrive in order, joined or apart (RFC 9110, 5.3)",
    send: [get(["X-A: 1", "X-A: 2", "X-A: 3"])],
    expect: forward(GET),
    check: (seen) => {
      const all = seen.requests[0]?.fields.filter(([n]) => n.toLowerCase() === "x-a") ?? [];
      const joined = all
        .map(([, value]) => value)
        .join(",")
        .replace(/ /g, "");
      return joined === "1,2,3" ? null : `X-A became ${joined}`;
    },
  },
  {
    id: "field/empty-value",
    about: "an empty value is a value (RFC 9110, 5.5)",
    send: [get(["X-A:"])],
    expect: forward({ ...GET, has: { "x-a": "" } }),
  },
  {
    id: "field/colon-in-value",
    about: "only the first colon counts",
    send: [get(["X-A: b: c"])],
    expect: forward({ ...GET, has: { "x-a": "b: c" } }),
  },
  {
    id: "field/all-token-bytes",
    about: "every byte of a token may stand in a name",
    send: [get(["X!#$%&'*+-.^`|~9: y"])],
    expect: forward({ ...GET, has: { "x!#$%&'*+-.^`|~9": "y" } }),
  },
  {
    id: "field/cookie",
    about: "cookies arrive unchanged",
    send: [get(["Cookie: a=b; c=d"])],
    expect: forward({ ...GET, has: { cookie: "a=b; c=d" } }),
  },
  {
    id: "field/user-agent-untouched",
    about: "the proxy adds no User-Agent or Accept of its own",
    send: [get([])],
    expect: forward({ ...GET, lacks: ["user-agent", "accept"] }),
  },
  {
    id: "field/encoding-untouched",
    about: "the visitor's Accept-Encoding arrives, or is narrowed, never widened",
    send: [get(["Accept-Encoding: br"])],
    expect: forward({ ...GET, has: { "accept-encoding": /^br$/ } }),
  },
  {
    id: "field/byte-by-byte",
    about: "a head whose every byte comes in a packet of its own",
    send: bytewise(get(["X-A: b"])),
    expect: forward({ ...GET, has: { "x-a": "b" } }),
  },
];

const UNROUTABLE = refuse([400, 421], { closes: false });
const hosts: readonly (readonly [id: string, lines: string, expect: Expectation])[] = [
  ["missing", "", refuse()],
  ["repeated-same", "Host: site.test\r\nHost: site.test\r\n", refuse()],
  ["repeated-different", "Host: site.test\r\nHost: evil.test\r\n", refuse()],
  ["repeated-other-first", "Host: evil.test\r\nHost: site.test\r\n", refuse()],
  ["repeated-case", "Host: site.test\r\nhOST: evil.test\r\n", refuse()],
  ["repeated-empty", "Host: site.test\r\nHost:\r\n", refuse()],
  ["empty", "Host:\r\n", UNROUTABLE],
  ["unknown", "Host: other.test\r\n", refuse([421], { closes: false })],
  ["unknown-suffix", "Host: evil-site.test\r\n", refuse([421], { closes: false })],
  ["unknown-prefix", "Host: site.test.evil.test\r\n", refuse([421], { closes: false })],
  ["address", "Host: 127.0.0.1\r\n", refuse([421], { closes: false })],
  ["list", "Host: site.test, evil.test\r\n", UNROUTABLE],
  ["inner-space", "Host: site.test evil.test\r\n", UNROUTABLE],
  ["inner-tab", "Host: site.test\tevil.test\r\n", UNROUTABLE],
  ["userinfo", "Host: user@site.test\r\n", UNROUTABLE],
  ["userinfo-trick", "Host: site.test@evil.test\r\n", UNROUTABLE],
  ["path", "Host: site.test/x\r\n", UNROUTABLE],
  ["query", "Host: site.test?x\r\n", UNROUTABLE],
  ["fragment", "Host: site.test#x\r\n", UNROUTABLE],
  ["backslash", "Host: site.test\\x\r\n", UNROUTABLE],
  ["scheme", "Host: http://site.test\r\n", UNROUTABLE],
  ["port-letters", "Host: site.test:80a\r\n", UNROUTABLE],
  ["port-negative", "Host: site.test:-80\r\n", UNROUTABLE],
  ["port-too-large", "Host: site.test:99999\r\n", UNROUTABLE],
  ["two-ports", "Host: site.test:80:80\r\n", UNROUTABLE],
  ["bracket", "Host: [site.test\r\n", UNROUTABLE],
  ["percent-nul", "Host: site.test%00\r\n", UNROUTABLE],
  ["space-before-colon", "Host : site.test\r\n", refuse()],
  ["obs-fold", "Host:\r\n site.test\r\n", refuse()],
  ["high-byte", "Host: site.test\xff\r\n", UNROUTABLE],
  ["upper-case", "Host: SITE.TEST\r\n", forward({ ...GET, has: { host: /^site\.test$/i } })],
  ["port", "Host: site.test:80\r\n", forward({ ...GET, has: { host: /^site\.test(:80)?$/ } })],
  [
    "other-port",
    "Host: site.test:8080\r\n",
    forward({ ...GET, has: { host: /^site\.test(:8080)?$/ } }),
  ],
  ["blanks", "Host: \t site.test \r\n", forward({ ...GET, has: { host: "site.test" } })],
  [
    "last-of-fields",
    "X: y\r\nHost: site.test\r\n",
    forward({ ...GET, has: { host: "site.test" } }),
  ],
  [
    "trailing-dot",
    "Host: site.test.\r\n",
    { kind: "either", status: [400, 421], request: { ...GET, has: { host: /^site\.test\.?$/ } } },
  ],
  [
    "empty-port",
    "Host: site.test:\r\n",
    { kind: "either", status: [400, 421], request: { ...GET, has: { host: /^site\.test:?$/ } } },
  ],
];

const hostCases: H1Case[] = hosts.map(([id, text, expect]) => ({
  id: `host/${id}`,
  about: "one Host field that names one known site (RFC 9112, 3.2; RFC 9110, 7.4)",
  send: [get([], text)],
  expect,
}));

const TOO_MUCH = "more head than the limits allow";
const limits: H1Case[] = [
  {
    id: "field/one-100kb",
    about: TOO_MUCH,
    send: [get([`X: ${"y".repeat(100_000)}`])],
    expect: refuse([431, 400]),
  },
  {
    id: "field/name-100kb",
    about: TOO_MUCH,
    send: [get([`${"X".repeat(100_000)}: y`])],
    expect: refuse([431, 400]),
  },
  {
    id: "field/2000-fields",
    about: TOO_MUCH,
    send: [get(Array.from({ length: 2000 }, (_, i) => `X-${i}: y`))],
    expect: refuse([431, 400]),
  },
  {
    id: "field/64-fields",
    about: "an ordinary number of fields passes",
    send: [get(Array.from({ length: 64 }, (_, i) => `X-${i}: y`))],
    expect: forward({ ...GET, has: { "x-63": "y" } }),
  },
];

export const fieldCases: readonly H1Case[] = [
  ...values,
  ...names,
  ...lines,
  first,
  ...kept,
  ...hostCases,
  ...limits,
];
