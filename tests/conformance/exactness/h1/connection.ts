import {
  type Expectation,
  forward,
  type H1Case,
  type Observation,
  refuse,
  request,
} from "../case.ts";

/* Connections (RFC 9112, section 9) and the answers that have shapes of their own. */

const GET = { method: "GET", target: "/c" } as const;
const get = (target: string, ...fields: string[]): string =>
  request(`GET ${target} HTTP/1.1`, fields);
const closing = (expect: Expectation): Expectation =>
  expect.kind === "forward" ? { ...expect, closes: true } : expect;

const final = (seen: Observation): Observation["responses"] =>
  seen.responses.filter(({ status }) => status >= 200);

const inOrder: H1Case["check"] = (seen) => {
  const bodies = final(seen).map(({ body }) => body);
  const wanted = seen.requests.map(({ method, target }) => `${method} ${target}`);
  return bodies.join("|") === wanted.join("|") ? null : `answers came as ${bodies.join(" | ")}`;
};

const pipelining: H1Case[] = [
  {
    id: "pipeline/two",
    about: "pipelined requests are answered in order (RFC 9112, 9.3.2)",
    send: [get("/1") + get("/2")],
    expect: forward({ method: "GET", target: "/1" }, { method: "GET", target: "/2" }),
    check: inOrder,
  },
  {
    id: "pipeline/ten",
    about: "ten in one packet",
    send: [Array.from({ length: 10 }, (_, i) => get(`/${i}`)).join("")],
    expect: forward(...Array.from({ length: 10 }, (_, i) => ({ method: "GET", target: `/${i}` }))),
    check: inOrder,
  },
  {
    id: "pipeline/with-bodies",
    about: "bodies between them, of both framings",
    send: [
      request("POST /1 HTTP/1.1", ["Content-Length: 5"], "hello") +
        request("POST /2 HTTP/1.1", ["Transfer-Encoding: chunked"], "3\r\nabc\r\n0\r\n\r\n") +
        get("/3"),
    ],
    expect: forward(
      { method: "POST", target: "/1", body: "hello" },
      { method: "POST", target: "/2", body: "abc" },
      { method: "GET", target: "/3" },
    ),
    check: inOrder,
  },
  {
    id: "pipeline/after-close",
    about: "nothing is read behind a request that closes (RFC 9112, 9.6)",
    send: [get("/1", "Connection: close") + get("/2")],
    expect: closing(forward({ method: "GET", target: "/1" })),
  },
  {
    id: "pipeline/good-then-bad",
    about: "a fault in the second does not take back the first",
    send: [get("/1") + "GET /2 HTTP/1.1\r\nHost : site.test\r\n\r\n"],
    expect: {
      kind: "forward",
      requests: [{ method: "GET", target: "/1" }],
      statuses: [200, 400],
      closes: true,
    },
  },
  {
    id: "pipeline/garbage-after-body",
    about: "what stands behind a body is the next request, not part of this one",
    send: [`${request("POST /1 HTTP/1.1", ["Content-Length: 5"], "hello")}junk\r\n\r\n`],
    expect: {
      kind: "forward",
      requests: [{ method: "POST", target: "/1", body: "hello" }],
      statuses: [200, 400],
      closes: true,
    },
  },
  {
    id: "connection/close",
    about: "a client that asks to close is closed on, after a whole answer (RFC 9112, 9.6)",
    send: [get("/c", "Connection: close")],
    expect: closing(forward(GET)),
  },
  {
    id: "connection/close-in-list",
    about: "close among other options",
    send: [get("/c", "Connection: keep-alive, close")],
    expect: closing(forward(GET)),
  },
];

function answered(
  id: string,
  about: string,
  reply: string,
  check: (seen: Observation) => string | null,
  line = "GET /c HTTP/1.1",
  fields: readonly string[] = [],
): H1Case {
  const [method = ""] = line.split(" ", 1);
  return {
    id: `answer/${id}`,
    about,
    send: [request(line, fields)],
    reply: () => [reply],
    expect: {
      kind: "forward",
      requests: [{ method, target: "/c" }],
      statuses: [Number(/HTTP\/1\.1 ([2-5]\d\d)/.exec(reply)?.[1])],
    },
    check,
  };
}

const fieldOf = (seen: Observation, name: string): string | undefined =>
  final(seen)[0]?.fields.find(([n]) => n.toLowerCase() === name)?.[1];
const want = (what: string, got: unknown, wanted: unknown): string | null =>
  got === wanted ? null : `${what} is ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`;

const answers: H1Case[] = [
  answered(
    "head",
    "HEAD has no body and keeps its length (RFC 9110, 9.3.2)",
    "HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\n",
    (seen) => want("Content-Length", fieldOf(seen, "content-length"), "42"),
    "HEAD /c HTTP/1.1",
  ),
  answered(
    "204",
    "204 has no body and no length (RFC 9110, 15.3.5; RFC 9112, 6.3)",
    "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
    (seen) =>
      want("Content-Length", fieldOf(seen, "content-length"), undefined) ??
      want("Transfer-Encoding", fieldOf(seen, "transfer-encoding"), undefined),
  ),
  answered(
    "304",
    "304 has no body, whatever length it names (RFC 9110, 15.4.5)",
    'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 42\r\n\r\n',
    (seen) => want("ETag", fieldOf(seen, "etag"), '"a"'),
    "GET /c HTTP/1.1",
    ['If-None-Match: "a"'],
  ),
  answered(
    "length-kept",
    "a length that is known is told",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    (seen) =>
      want("Content-Length", fieldOf(seen, "content-length"), "5") ??
      want("body", final(seen)[0]?.body, "hello"),
  ),
  answered(
    "empty-length-kept",
    "also where it is 0",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    (seen) => want("Content-Length", fieldOf(seen, "content-length"), "0"),
  ),
  answered(
    "chunked",
    "a body of unknown length stays one",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    (seen) => want("body", final(seen)[0]?.body, "hello"),
  ),
  answered(
    "range",
    "a partial answer passes (RFC 9110, 14 and 15.3.7)",
    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/10\r\nContent-Length: 5\r\n\r\nhello",
    (seen) => want("Content-Range", fieldOf(seen, "content-range"), "bytes 0-4/10"),
    "GET /c HTTP/1.1",
    ["Range: bytes=0-4"],
  ),
  answered(
    "encoding-untouched",
    "encoded bytes are not looked into",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n\x1f\x8b\x00\xff\x80",
    (seen) => want("body", final(seen)[0]?.body, "\x1f\x8b\x00\xff\x80"),
    "GET /c HTTP/1.1",
    ["Accept-Encoding: gzip"],
  ),
  answered(
    "no-type-added",
    "no Content-Type where the origin sent none",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    (seen) => want("Content-Type", fieldOf(seen, "content-type"), undefined),
  ),
  answered(
    "set-cookies-apart",
    "Set-Cookie is never joined (RFC 9110, 5.3)",
    "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n",
    (seen) =>
      want(
        "Set-Cookie fields",
        final(seen)[0]?.fields.filter(([n]) => n.toLowerCase() === "set-cookie").length,
        2,
      ),
  ),
  answered(
    "hop-by-hop",
    "the origin's hop-by-hop fields stay here (RFC 9110, 7.6.1)",
    "HTTP/1.1 200 OK\r\nConnection: X-Foo\r\nX-Foo: bar\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    (seen) =>
      want("X-Foo", fieldOf(seen, "x-foo"), undefined) ??
      (fieldOf(seen, "keep-alive") === "timeout=9" ? "Keep-Alive passed" : null),
  ),
  answered(
    "reason",
    "unusual statuses pass",
    "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n",
    () => null,
  ),
  answered(
    "date",
    "an answer without Date gets one (RFC 9110, 6.6.1)",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    (seen) => ((fieldOf(seen, "date") ?? "") === "" ? "no Date" : null),
  ),
];

const early: H1Case[] = [
  {
    id: "answer/early-hints",
    about: "103 passes before the answer (RFC 8297)",
    send: [get("/c")],
    reply: () => [
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
    expect: forward(GET),
    check: (seen) => {
      const hint = seen.responses.find(({ status }) => status === 103);
      return hint?.fields.some(([n]) => n.toLowerCase() === "link") ? null : "no 103 with its Link";
    },
  },
  {
    id: "answer/early-hints-http10",
    about: "a 1.0 client never gets an interim answer (RFC 9110, 15.2)",
    send: [request("GET /c HTTP/1.0")],
    reply: () => [
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
    expect: closing(forward(GET)),
    check: (seen) => (seen.responses.some(({ status }) => status < 200) ? "got a 1xx" : null),
  },
  {
    id: "answer/chunked-http10",
    about: "a 1.0 client never gets the chunked coding (RFC 9112, 7)",
    send: [request("GET /c HTTP/1.0")],
    reply: () => ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
    expect: closing(forward(GET)),
    check: (seen) => {
      const [answer] = final(seen);
      return answer?.chunked ? "chunked" : want("body", answer?.body, "hello");
    },
  },
  {
    id: "answer/trailers",
    about: "trailers reach a client that says it wants them (RFC 9110, 6.5)",
    send: [get("/c", "TE: trailers", "Connection: TE")],
    reply: () => [
      "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n",
      "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
    ],
    expect: forward(GET),
    check: (seen) =>
      final(seen)[0]?.trailers.some(([n, v]) => n.toLowerCase() === "x-sum" && v === "1")
        ? null
        : "no X-Sum trailer",
  },
  {
    id: "answer/before-the-body",
    about: "the origin may answer before the body has come",
    send: [request("POST /c HTTP/1.1", ["Content-Length: 5"], "hello")],
    reply: () => ["HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"],
    expect: { kind: "forward", requests: [{ method: "POST", target: "/c" }], statuses: [413] },
  },
];

const SWITCH = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const upgrades: H1Case[] = [
  {
    id: "upgrade/websocket",
    about: "a 101 turns the connection into a raw tunnel (RFC 9110, 7.8; RFC 6455)",
    send: [get("/c", ...SWITCH)],
    reply: () => [
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
      { do: "tunnel" },
    ],
    afterwards: "\x81\x85\x00\x00\x00\x00hello\x00\xff",
    expect: {
      kind: "forward",
      requests: [{ ...GET, has: { upgrade: "websocket", connection: /upgrade/i } }],
      statuses: [101],
    },
    check: (seen) => want("tunnel", seen.tunnel, "\x81\x85\x00\x00\x00\x00hello\x00\xff"),
  },
  {
    id: "upgrade/http10",
    about: "Upgrade in HTTP/1.0 is ignored (RFC 9110, 7.8)",
    send: [request("GET /c HTTP/1.0", SWITCH)],
    expect: forward({ ...GET, lacks: ["upgrade"] }),
  },
  {
    id: "upgrade/refused-by-origin",
    about: "an origin that does not switch answers as usual",
    send: [get("/c", ...SWITCH)],
    expect: forward(GET),
  },
  {
    id: "upgrade/smuggling",
    about: "no tunnel without a 101: what follows is a request again",
    send: [get("/c", ...SWITCH)],
    reply: (asked) => [
      asked.target === "/c"
        ? "HTTP/1.1 426 Upgrade Required\r\nUpgrade: x\r\nContent-Length: 0\r\n\r\n"
        : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
    afterwards: get("/after"),
    expect: {
      kind: "forward",
      requests: [GET, { method: "GET", target: "/after" }],
      statuses: [426, 200],
    },
  },
  {
    id: "upgrade/unasked-101",
    about: "a 101 that nobody asked for is an origin's fault (RFC 9110, 15.2.2)",
    send: [get("/c")],
    reply: () => ["HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"],
    expect: { kind: "forward", requests: [GET], statuses: [502] },
  },
];

const loop: H1Case = {
  id: "hop/max-forwards",
  about: "OPTIONS with Max-Forwards: 0 is not forwarded (RFC 9110, 7.6.2)",
  send: [request("OPTIONS /c HTTP/1.1", ["Max-Forwards: 0"])],
  expect: { kind: "either", status: [200, 204, 405], request: { method: "OPTIONS", target: "/c" } },
};

const silence: H1Case[] = [
  {
    id: "connection/not-http",
    about: "bytes of another protocol are refused, not waited for",
    send: ["SSH-2.0-OpenSSH_9.2p1\r\n\r\n"],
    expect: refuse([400, 0]),
  },
  {
    id: "connection/tls-on-plain",
    about: "a ClientHello on the plain port",
    send: [`\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${"\x00".repeat(64)}\r\n\r\n`],
    expect: refuse([400, 0]),
  },
];

export const connectionCases: readonly H1Case[] = [
  ...pipelining,
  ...answers,
  ...early,
  ...upgrades,
  loop,
  ...silence,
];
