import type { Field } from "@egide/testkit/reference/message.ts";
import { type Expectation, hex, refuse } from "../case.ts";
import { AUTHORITY, get, type H2Case, METHOD, PATH, post, SCHEME, withPseudo } from "./case.ts";

/*
 * What an HTTP/1 origin could take for something else when it is written down as text: the downgrade
 * attacks of HTTP/2 (RFC 9113, sections 8.1 to 8.3 and 10.3). A malformed request is a stream error;
 * a 4xx before it is allowed.
 */

/** Told with a status, or by RST_STREAM or GOAWAY (0); the connection may live on. */
const BAD = refuse([0, 400, 431], { closes: false });
const UNROUTABLE = refuse([0, 400, 421], { closes: false });
const UNWANTED = refuse([0, 400, 405, 501], { closes: false });

function bad(
  id: string,
  about: string,
  fields: readonly Field[],
  expect: Expectation = BAD,
): H2Case {
  return { id: `h2/${id}`, about, fields, expect };
}

const PSEUDO = "pseudo-header fields: each once, before the others, none unknown (RFC 9113, 8.3)";
const pseudo: H2Case[] = [
  bad("no-method", PSEUDO, [SCHEME, AUTHORITY, PATH]),
  bad("no-scheme", PSEUDO, [METHOD, AUTHORITY, PATH]),
  bad("no-path", PSEUDO, [METHOD, SCHEME, AUTHORITY]),
  bad(
    "no-authority",
    "nothing names the site (RFC 9113, 8.3.1)",
    [METHOD, SCHEME, PATH],
    UNROUTABLE,
  ),
  bad("method-twice", PSEUDO, [METHOD, ...get()]),
  bad("method-differs", PSEUDO, [[":method", "POST"], ...get()]),
  bad("scheme-twice", PSEUDO, [SCHEME, ...get()]),
  bad("authority-twice", PSEUDO, [AUTHORITY, ...get()]),
  bad("authority-differs", PSEUDO, [[":authority", "evil.test"], ...get()]),
  bad("path-twice", PSEUDO, [PATH, ...get()]),
  bad("path-differs", PSEUDO, [[":path", "/other"], ...get()]),
  bad("pseudo-after-field", PSEUDO, [METHOD, SCHEME, AUTHORITY, ["x", "y"], PATH]),
  bad("status-in-request", PSEUDO, [...get(), [":status", "200"]]),
  bad("unknown-pseudo", PSEUDO, [[":foo", "bar"], ...get()]),
  bad("empty-pseudo-name", PSEUDO, [[":", "bar"], ...get()]),
  bad("upper-case-pseudo", PSEUDO, [[":Method", "GET"], SCHEME, AUTHORITY, PATH]),
  bad("protocol-without-connect", "RFC 8441, 4", [[":protocol", "websocket"], ...get()]),
];

const SMUGGLE = "/c HTTP/1.1\r\nHost: evil.test\r\n\r\nGET /smuggled";
const values: H2Case[] = [
  bad("path-empty", "an empty :path (RFC 9113, 8.3.1)", withPseudo(":path", "")),
  bad("path-no-slash", "a :path that is no path", withPseudo(":path", "c")),
  bad("path-absolute", "a whole URL as :path", withPseudo(":path", "http://evil.test/c")),
  bad("path-asterisk", "`*` is for OPTIONS alone", withPseudo(":path", "*")),
  bad("path-space", "a space would end the target", withPseudo(":path", "/c d")),
  bad("path-version", "a version inside :path", withPseudo(":path", "/c HTTP/1.1")),
  bad("path-request", "a whole request inside :path", withPseudo(":path", SMUGGLE)),
  bad("path-tab", "HTAB in :path", withPseudo(":path", "/c\td")),
  bad("path-fragment", "a fragment is not sent", withPseudo(":path", "/c#d")),
  bad("method-empty", "an empty :method", withPseudo(":method", "")),
  bad("method-space", "a request line inside :method", withPseudo(":method", "GET /x HTTP/1.1")),
  bad("method-crlf", "a line end inside :method", withPseudo(":method", "GET / HTTP/1.1\r\nX: ")),
  bad("method-paren", "a method that is no token", withPseudo(":method", "GET(")),
  bad("scheme-empty", "an empty :scheme", withPseudo(":scheme", "")),
  bad("scheme-crlf", "a line end in :scheme", withPseudo(":scheme", "http\r\nX: y")),
  bad("scheme-url", "an URL in :scheme", withPseudo(":scheme", "http://evil.test/x?")),
  bad("scheme-space", "a space in :scheme", withPseudo(":scheme", "http x")),
  bad("authority-empty", "an empty :authority", withPseudo(":authority", ""), UNROUTABLE),
  bad(
    "authority-userinfo",
    "userinfo (RFC 9113, 8.3.1)",
    withPseudo(":authority", "u@site.test"),
    UNROUTABLE,
  ),
  bad(
    "authority-userinfo-trick",
    "userinfo",
    withPseudo(":authority", "site.test@evil.test"),
    UNROUTABLE,
  ),
  bad("authority-path", "a path in it", withPseudo(":authority", "site.test/x"), UNROUTABLE),
  bad(
    "authority-space",
    "a space in it",
    withPseudo(":authority", "site.test evil.test"),
    UNROUTABLE,
  ),
  bad("authority-list", "two sites", withPseudo(":authority", "site.test,evil.test"), UNROUTABLE),
  bad(
    "authority-crlf",
    "a line end in it",
    withPseudo(":authority", "site.test\r\nX: y"),
    UNROUTABLE,
  ),
  bad("authority-bad-port", "no port", withPseudo(":authority", "site.test:x"), UNROUTABLE),
  bad(
    "authority-unknown",
    "an unknown site gets 421",
    withPseudo(":authority", "other.test"),
    refuse([421], { closes: false }),
  ),
  bad(
    "host-differs",
    ":authority and Host name two sites (RFC 9113, 8.3.1)",
    get(["host", "evil.test"]),
    UNROUTABLE,
  ),
  bad("host-twice", "Host twice", get(["host", "site.test"], ["host", "evil.test"]), UNROUTABLE),
  bad("host-list", "two sites in Host", get(["host", "site.test, evil.test"]), UNROUTABLE),
  bad(
    "host-unknown-alone",
    "no :authority, unknown Host",
    [METHOD, SCHEME, PATH, ["host", "other.test"]],
    refuse([421], { closes: false }),
  ),
  bad(
    "method-CONNECT",
    "no tunnels",
    [
      [":method", "CONNECT"],
      [":authority", "site.test:443"],
    ],
    UNWANTED,
  ),
  bad("method-CONNECT-path", "CONNECT with a path", withPseudo(":method", "CONNECT"), UNWANTED),
  bad("method-TRACE", "TRACE shows what it should not", withPseudo(":method", "TRACE"), UNWANTED),
  bad(
    "extended-connect",
    "extended CONNECT was not offered (RFC 8441, 3)",
    [[":method", "CONNECT"], [":protocol", "websocket"], SCHEME, AUTHORITY, PATH],
    UNWANTED,
  ),
];

const CONNECTION = "connection-specific fields do not exist in HTTP/2 (RFC 9113, 8.2.2)";
const connectionFields: H2Case[] = (
  [
    ["connection", "close"],
    ["connection", "keep-alive"],
    ["connection", "x-foo"],
    ["keep-alive", "timeout=5"],
    ["proxy-connection", "keep-alive"],
    ["transfer-encoding", "chunked"],
    ["transfer-encoding", "identity"],
    ["upgrade", "websocket"],
    ["te", "gzip"],
    ["te", "trailers, gzip"],
  ] as const
).map(([name, value]) =>
  bad(`field-${name}-${value.replace(/\W+/g, "-")}`, CONNECTION, get([name, value])),
);

const teWithBody: H2Case = {
  ...bad("transfer-encoding-body", "h2.TE smuggling", post(["transfer-encoding", "chunked"])),
  body: ["0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: site.test\r\n\r\n"],
};

/** Everything that RFC 9113, 8.2.1, or the grammar of HTTP/1 field values forbids. */
const valueBytes: H2Case[] = [...Array(0x20).keys(), 0x7f]
  .filter((byte) => byte !== 0x09)
  .map((byte) =>
    bad(
      `value-byte-${hex(byte)}`,
      "a control byte in a value must not reach an HTTP/1 origin (RFC 9113, 8.2.1 and 10.3)",
      get(["x-a", `b${String.fromCharCode(byte)}c`]),
    ),
  );

const nameBytes: H2Case[] = [
  ...Array(0x21).keys(),
  0x7f,
  0x80,
  0xff,
  ...Buffer.from('"(),/:;<=>?@[\\]{}AZ'),
].map((byte) =>
  bad(
    `name-byte-${hex(byte)}`,
    "a field name is a token in lower case (RFC 9113, 8.2.1)",
    get([`x${String.fromCharCode(byte)}y`, "z"]),
  ),
);

const pathBytes: H2Case[] = [0x00, 0x01, 0x09, 0x0a, 0x0d, 0x20, 0x7f].map((byte) =>
  bad(
    `path-byte-${hex(byte)}`,
    "a byte that no target holds (RFC 9113, 8.2.1 and 8.3.1)",
    withPseudo(":path", `/c${String.fromCharCode(byte)}d`),
  ),
);

const injections: H2Case[] = [
  bad("value-crlf-field", "a second field inside a value", get(["x-a", "b\r\nx-b: c"])),
  bad(
    "value-crlf-request",
    "a second request inside a value",
    get(["x-a", "b\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: site.test"]),
  ),
  bad("value-lf-field", "the same with a bare LF", get(["x-a", "b\nx-b: c"])),
  bad(
    "value-crlf-te",
    "Transfer-Encoding through a value",
    post(["x-a", "b\r\nTransfer-Encoding: chunked"]),
  ),
  bad("name-crlf-field", "a field inside a name", get(["x-a: b\r\nx-b", "c"])),
  bad("name-empty", "an empty name", get(["", "y"])),
  bad("name-host-colon", "a Host inside a name", get(["host: evil.test\r\nx", "y"])),
  bad("value-leading-space", "outer blanks (RFC 9113, 8.2.1)", get(["x-a", " b"])),
  bad("value-trailing-space", "outer blanks (RFC 9113, 8.2.1)", get(["x-a", "b "])),
  bad("value-leading-tab", "outer blanks (RFC 9113, 8.2.1)", get(["x-a", "\tb"])),
  bad("cookie-crlf", "a line end in a cookie crumb", get(["cookie", "a=b\r\nx: y"])),
];

const LENGTH = "Content-Length must fit the DATA frames (RFC 9113, 8.1.1)";
const lengths: H2Case[] = [
  { ...bad("length-too-long", LENGTH, post(["content-length", "9"])), body: ["hello"] },
  { ...bad("length-too-short", LENGTH, post(["content-length", "3"])), body: ["hello"] },
  { ...bad("length-zero", LENGTH, post(["content-length", "0"])), body: ["hello"] },
  bad("length-no-data", LENGTH, post(["content-length", "5"])),
  {
    ...bad("length-twice", LENGTH, post(["content-length", "5"], ["content-length", "6"])),
    body: ["hello"],
  },
  {
    ...bad("length-same-twice", LENGTH, post(["content-length", "5"], ["content-length", "5"])),
    body: ["hello"],
  },
  { ...bad("length-list", LENGTH, post(["content-length", "5, 5"])), body: ["hello"] },
  { ...bad("length-plus", LENGTH, post(["content-length", "+5"])), body: ["hello"] },
  { ...bad("length-hex", LENGTH, post(["content-length", "0x5"])), body: ["hello"] },
  { ...bad("length-empty", LENGTH, post(["content-length", ""])), body: ["hello"] },
  {
    ...bad("length-huge", LENGTH, post(["content-length", "18446744073709551621"])),
    body: ["hello"],
  },
  {
    ...bad("length-smuggling", "h2.CL smuggling", post(["content-length", "0"])),
    body: ["GET /smuggled HTTP/1.1\r\nHost: site.test\r\n\r\n"],
  },
].map((each) => ({ ...each, expect: refuse([0, 400, 413], { closes: false, stage: "body" }) }));

const TRAILERS = "trailers are fields, and no pseudo-header is one (RFC 9113, 8.1)";
const trailers: H2Case[] = (
  [
    ["pseudo", [":path", "/other"]],
    ["upper-case", ["X-Sum", "1"]],
    ["crlf", ["x-sum", "1\r\ny: z"]],
    ["nul", ["x-sum", "1\x00"]],
    ["connection", ["connection", "close"]],
    ["transfer-encoding", ["transfer-encoding", "chunked"]],
  ] as const
).map(([id, field]) => ({
  ...bad(`trailer-${id}`, TRAILERS, post()),
  body: ["hello"],
  trailers: [field as Field],
  expect: refuse([0, 400], { closes: false, stage: "body" }),
}));

const tooMuch: H2Case[] = [
  bad("head-200kb", "more head than the limits allow", get(["x", "y".repeat(200_000)])),
  bad(
    "head-3000-fields",
    "more fields than the limits allow",
    get(...Array.from({ length: 3000 }, (_, i): Field => [`x-${i}`, "y"])),
  ),
  bad(
    "path-100kb",
    "a target beyond every limit",
    withPseudo(":path", `/${"x".repeat(100_000)}`),
    refuse([0, 400, 414, 431], { closes: false }),
  ),
  {
    ...bad("trailer-200kb", "more trailers than the limits allow", post()),
    body: ["hello"],
    trailers: [["x", "y".repeat(200_000)]],
    expect: refuse([0, 400, 431], { closes: false, stage: "body" }),
  },
];

export const malformedCases: readonly H2Case[] = [
  ...pseudo,
  ...values,
  ...connectionFields,
  teWithBody,
  ...valueBytes,
  ...nameBytes,
  ...pathBytes,
  ...injections,
  ...lengths,
  ...trailers,
  ...tooMuch,
];
