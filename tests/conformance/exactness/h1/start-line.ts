import { type Expectation, forward, type H1Case, hex, refuse, request } from "../case.ts";

/* The request line (RFC 9112, section 3): method, target, version and what stands between them. */

const HOST = "Host: site.test\r\n\r\n";

function line(id: string, about: string, text: string, expect: Expectation = refuse()): H1Case {
  return { id: `line/${id}`, about, send: [`${text}\r\n${HOST}`], expect };
}

const SHAPE = "a request line that is not `method SP target SP version` (RFC 9112, 3)";
const shapes: H1Case[] = [
  line("two-spaces-first", SHAPE, "GET  /c HTTP/1.1"),
  line("two-spaces-second", SHAPE, "GET /c  HTTP/1.1"),
  line("tab-first", SHAPE, "GET\t/c HTTP/1.1"),
  line("tab-second", SHAPE, "GET /c\tHTTP/1.1"),
  line("vertical-tab", SHAPE, "GET\x0b/c HTTP/1.1"),
  line("leading-space", SHAPE, " GET /c HTTP/1.1"),
  line("leading-tab", SHAPE, "\tGET /c HTTP/1.1"),
  line("trailing-space", SHAPE, "GET /c HTTP/1.1 "),
  line("trailing-word", SHAPE, "GET /c HTTP/1.1 x"),
  line("space-in-target", SHAPE, "GET /c d HTTP/1.1"),
  line("second-version", SHAPE, "GET /c HTTP/1.1 HTTP/1.1"),
  line("no-version", SHAPE, "GET /c", refuse([400, 505, 0])),
  line("no-target", SHAPE, "GET HTTP/1.1", refuse([400, 505, 0])),
  line("no-method", SHAPE, "/c HTTP/1.1"),
  line("empty-target", SHAPE, "GET  HTTP/1.1"),
  line("only-a-word", SHAPE, "GET", refuse([400, 0])),
  line("cr-at-end", SHAPE, "GET /c HTTP/1.1\r"),
];

const bareEnds: H1Case[] = [
  {
    id: "line/bare-lf",
    about: "a bare LF is no line end here (RFC 9112, 2.2 lets a server be strict)",
    send: [`GET /c HTTP/1.1\n${HOST}`],
    expect: refuse(),
  },
  {
    id: "line/bare-cr",
    about: "a bare CR is never a line end (RFC 9112, 2.2)",
    send: [`GET /c HTTP/1.1\r${HOST}`],
    expect: refuse(),
  },
  {
    id: "line/all-bare-lf",
    about: "a head of bare LFs only",
    send: ["GET /c HTTP/1.1\nHost: site.test\n\n"],
    expect: refuse(),
  },
  {
    id: "line/empty-lines-first",
    about: "one empty line before the request line is to be ignored (RFC 9112, 2.2)",
    send: [`\r\nGET /c HTTP/1.1\r\n${HOST}`],
    expect: forward({ method: "GET", target: "/c" }),
  },
  {
    id: "line/bare-lf-first",
    about: "a bare LF before the request line is not an empty line",
    send: [`\nGET /c HTTP/1.1\r\n${HOST}`],
    expect: { kind: "either", status: [400, 0], request: { method: "GET", target: "/c" } },
  },
];

const VERSION = "a version that is not HTTP/1.0 or HTTP/1.1 (RFC 9112, 2.3)";
const versions: H1Case[] = (
  [
    ["0.9", "HTTP/0.9"],
    ["1.2", "HTTP/1.2"],
    ["1.9", "HTTP/1.9"],
    ["2.0", "HTTP/2.0"],
    ["3.0", "HTTP/3.0"],
    ["9.9", "HTTP/9.9"],
    ["lower-case", "http/1.1"],
    ["mixed-case", "Http/1.1"],
    ["no-minor", "HTTP/1"],
    ["no-digits", "HTTP/"],
    ["two-digits", "HTTP/1.10"],
    ["two-digits-major", "HTTP/11.1"],
    ["leading-zero", "HTTP/01.1"],
    ["comma", "HTTP/1,1"],
    ["space", "HTTP/ 1.1"],
    ["plus", "HTTP/+1.1"],
    ["other-protocol", "HTTPS/1.1"],
    ["rtsp", "RTSP/1.0"],
    ["nul", "HTTP/1.1\x00"],
    ["high-byte", "HTTP/1.\xb1"],
  ] as const
).map(([id, version]) => line(`version-${id}`, VERSION, `GET /c ${version}`, refuse([400, 505])));

const simple: H1Case = {
  id: "line/http09-simple",
  about: "HTTP/0.9 has no head at all: a bare `GET /` must not be answered with a page",
  send: ["GET /c\r\n\r\n"],
  expect: refuse([400, 505, 0]),
};

const otherProtocol: H1Case = {
  id: "line/other-protocol",
  about: "whoever speaks no HTTP at all is hung up on without an answer in ours (RFC 9113, 3.4)",
  send: ["INVALID CONNECTION PREFACE\r\n\r\n"],
  expect: refuse([0]),
};

const http10: H1Case[] = [
  {
    id: "line/http10",
    about: "HTTP/1.0 is served, and its connection ends after the answer (RFC 9112, 9.3)",
    send: [`GET /c HTTP/1.0\r\n${HOST}`],
    expect: { ...forward({ method: "GET", target: "/c" }), closes: true } as Expectation,
    check: (seen) =>
      seen.requests[0]?.version === "1.1" ? null : "the origin is spoken to in HTTP/1.1",
  },
  {
    id: "line/http10-no-host",
    about: "HTTP/1.0 without Host names no site: it can't be routed, and must not be guessed",
    send: ["GET /c HTTP/1.0\r\n\r\n"],
    expect: refuse([400, 421], { closes: false }),
  },
];

/** Bytes that RFC 9110, 5.6.2, keeps out of a method. */
const methodBytes = [
  0x00,
  0x01,
  0x0b,
  0x0c,
  0x1f,
  0x7f,
  0x80,
  0xff,
  ...Buffer.from('"(),/:;<=>?@[\\]{}'),
];
const methods: H1Case[] = [
  ...methodBytes.map((byte) =>
    line(
      `method-byte-${hex(byte)}`,
      "a method is a token (RFC 9110, 5.6.2 and 9.1)",
      `GE${String.fromCharCode(byte)}T /c HTTP/1.1`,
    ),
  ),
  ...["PROPFIND", "PATCH", "M-SEARCH", "get", "FOO"].map((method) =>
    line(
      `method-${method}`,
      "methods are case-sensitive and open-ended: passed on as they are, or refused, never altered",
      `${method} /c HTTP/1.1`,
      { kind: "either", status: [400, 405, 501], request: { method, target: "/c" } },
    ),
  ),
  line("method-CONNECT", "no tunnels (RFC 9110, 9.3.6)", "CONNECT site.test:443 HTTP/1.1", {
    kind: "refuse",
    status: [400, 405, 501],
    closes: false,
    stage: "head",
  }),
  line("method-CONNECT-path", "CONNECT with a path", "CONNECT /c HTTP/1.1", {
    kind: "refuse",
    status: [400, 405, 501],
    closes: false,
    stage: "head",
  }),
  line("method-TRACE", "TRACE shows what it should not (RFC 9110, 9.3.8)", "TRACE /c HTTP/1.1", {
    kind: "refuse",
    status: [400, 405, 501],
    closes: false,
    stage: "head",
  }),
];

/** Control bytes and space: a target holds none of them (RFC 9112, 3.2). */
const targetControls: H1Case[] = [...Array(0x20).keys(), 0x7f].map((byte) =>
  line(
    `target-byte-${hex(byte)}`,
    "a control byte in the target (RFC 9112, 3.2)",
    `GET /c${String.fromCharCode(byte)}d HTTP/1.1`,
  ),
);

const RAW = "the target arrives as it was sent: nothing is resolved, decoded or re-encoded";
const targets: H1Case[] = [
  "/",
  "/?",
  "/?a=b&c",
  "/a/../b",
  "/a/./b",
  "/..",
  "//double//slash",
  "/%2e%2e/%2f",
  "/%00",
  "/%0d%0aX:%20y",
  "/%zz",
  "/100%",
  "/a;b=c,d",
  "/a:b@c!$&'()*+,;=-._~",
  '/?q=[]{}|^`"<>\\',
  "/a%20b?c%20d",
  "/CaSe",
  `/${"long".repeat(500)}`,
].map((target) =>
  line(
    `target-raw-${target.slice(0, 24)}`,
    RAW,
    `GET ${target} HTTP/1.1`,
    forward({ method: "GET", target }),
  ),
);

const highByte = line(
  "target-high-byte",
  "bytes from 0x80 in a target: as they are, or refused",
  "GET /caf\xc3\xa9 HTTP/1.1",
  { kind: "either", status: [400], request: { method: "GET", target: "/caf\xc3\xa9" } },
);

/** The framing of these is sound: the connection may live on. */
const NO_SITE = refuse([400, 421], { closes: false });
const BAD_TARGET = refuse([400], { closes: false });

const FORMS = "a target form that does not fit the method (RFC 9112, 3.2)";
const forms: H1Case[] = [
  line("form-asterisk-get", FORMS, "GET * HTTP/1.1", BAD_TARGET),
  line("form-asterisk-more", FORMS, "OPTIONS *x HTTP/1.1", BAD_TARGET),
  line("form-no-slash", FORMS, "GET c HTTP/1.1", BAD_TARGET),
  line("form-authority", FORMS, "GET site.test:80 HTTP/1.1", BAD_TARGET),
  line("form-query-only", FORMS, "GET ?c HTTP/1.1", BAD_TARGET),
  line("form-fragment", FORMS, "GET /c#d HTTP/1.1", BAD_TARGET),
  line("form-backslash", FORMS, "GET \\c HTTP/1.1", BAD_TARGET),
  line("form-options-asterisk", "OPTIONS * (RFC 9110, 9.3.7)", "OPTIONS * HTTP/1.1", {
    kind: "either",
    status: [200, 204],
    request: { method: "OPTIONS", target: "*" },
  }),
];

const ABSOLUTE = "absolute-form: Host and target must name the same site (RFC 9112, 3.2.2)";
const absolute: H1Case[] = [
  line(
    "absolute",
    ABSOLUTE,
    "GET http://site.test/c?d HTTP/1.1",
    forward({
      method: "GET",
      target: "/c?d",
      has: { host: "site.test" },
    }),
  ),
  line(
    "absolute-upper-scheme",
    ABSOLUTE,
    "GET HTTP://site.test/c HTTP/1.1",
    forward({
      method: "GET",
      target: "/c",
    }),
  ),
  line(
    "absolute-no-path",
    ABSOLUTE,
    "GET http://site.test HTTP/1.1",
    forward({
      method: "GET",
      target: "/",
    }),
  ),
  line("absolute-query", ABSOLUTE, "GET http://site.test?d HTTP/1.1", {
    kind: "either",
    status: [400],
    request: { method: "GET", target: "/?d" },
  }),
  line(
    "absolute-default-port",
    "a port that is the scheme's own is no difference (RFC 9110, 4.2.3)",
    "GET http://site.test:80/c HTTP/1.1",
    forward({ method: "GET", target: "/c" }),
  ),
  {
    id: "line/absolute-default-port-in-host",
    about: "a port that is the scheme's own is no difference (RFC 9110, 4.2.3)",
    send: [request("GET http://site.test/c HTTP/1.1", [], "", "Host: site.test:80\r\n")],
    expect: forward({ method: "GET", target: "/c" }),
  },
  line("absolute-other-port", ABSOLUTE, "GET http://site.test:81/c HTTP/1.1", NO_SITE),
  line("absolute-port-of-other-scheme", ABSOLUTE, "GET http://site.test:443/c HTTP/1.1", NO_SITE),
  {
    id: "line/absolute-http10-no-host-field",
    about: "HTTP/1.0 knows no Host: the target names the site (RFC 9112, 3.2.2)",
    send: ["GET http://site.test/c HTTP/1.0\r\n\r\n"],
    expect: forward({ method: "GET", target: "/c", has: { host: "site.test" } }),
  },
  {
    id: "line/absolute-http10-unknown-host",
    about: "HTTP/1.0 knows no Host: the target names the site (RFC 9112, 3.2.2)",
    send: ["GET http://evil.test/c HTTP/1.0\r\n\r\n"],
    expect: NO_SITE,
  },
  line("absolute-mismatch", ABSOLUTE, "GET http://evil.test/c HTTP/1.1", NO_SITE),
  line("absolute-userinfo", ABSOLUTE, "GET http://user@site.test/c HTTP/1.1", BAD_TARGET),
  line("absolute-userinfo-host", ABSOLUTE, "GET http://site.test@evil.test/c HTTP/1.1", NO_SITE),
  line("absolute-empty-host", ABSOLUTE, "GET http:///c HTTP/1.1", BAD_TARGET),
  line("absolute-ftp", ABSOLUTE, "GET ftp://site.test/c HTTP/1.1", BAD_TARGET),
  line("absolute-file", ABSOLUTE, "GET file:///etc/passwd HTTP/1.1", BAD_TARGET),
  line("absolute-javascript", ABSOLUTE, "GET javascript:alert(1) HTTP/1.1", BAD_TARGET),
  line("absolute-one-slash", ABSOLUTE, "GET http:/site.test/c HTTP/1.1", BAD_TARGET),
  line("absolute-fragment", ABSOLUTE, "GET http://site.test/c#d HTTP/1.1", BAD_TARGET),
  line("absolute-bad-port", ABSOLUTE, "GET http://site.test:99999/c HTTP/1.1", BAD_TARGET),
  {
    id: "line/absolute-other-host-field",
    about: ABSOLUTE,
    send: [request("GET http://site.test/c HTTP/1.1", [], "", "Host: evil.test\r\n")],
    expect: NO_SITE,
  },
  {
    id: "line/absolute-no-host-field",
    about: "absolute-form does not replace Host (RFC 9112, 3.2)",
    send: ["GET http://site.test/c HTTP/1.1\r\n\r\n"],
    expect: refuse(),
  },
];

const limits: H1Case[] = [
  line(
    "target-40kb",
    "a target beyond every limit",
    `GET /${"x".repeat(40_000)} HTTP/1.1`,
    refuse([414, 400, 431]),
  ),
  line(
    "method-100kb",
    "a method beyond every limit",
    `${"X".repeat(100_000)} /c HTTP/1.1`,
    refuse([400, 414, 431, 501, 0]),
  ),
];

export const startLineCases: readonly H1Case[] = [
  ...shapes,
  ...bareEnds,
  ...versions,
  simple,
  otherProtocol,
  ...http10,
  ...methods,
  ...targetControls,
  ...targets,
  highByte,
  ...forms,
  ...absolute,
  ...limits,
];
