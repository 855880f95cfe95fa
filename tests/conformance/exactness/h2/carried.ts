import { type ExpectedRequest, forward, type Observation, refuse } from "../case.ts";
import { AUTHORITY, get, type H2Case, METHOD, PATH, post, SCHEME, withPseudo } from "./case.ts";

/* What an HTTP/2 request becomes on its way to an HTTP/1.1 origin, and its answer on the way back. */

const GET: ExpectedRequest = { method: "GET", target: "/c" };
const HELLO: ExpectedRequest = { method: "POST", target: "/c", body: "hello" };

const requests: H2Case[] = [
  {
    id: "h2/get",
    about: "a plain request (RFC 9113, 8.8.1)",
    fields: get(),
    expect: forward({ ...GET, has: { host: "site.test" } }),
  },
  {
    id: "h2/host-instead-of-authority",
    about: "a client may send Host alone (RFC 9113, 8.3.1)",
    fields: [METHOD, SCHEME, PATH, ["host", "site.test"]],
    expect: forward({ ...GET, has: { host: "site.test" } }),
  },
  {
    id: "h2/host-like-authority",
    about: "both, alike: one Host arrives",
    fields: get(["host", "site.test"]),
    expect: forward({ ...GET, has: { host: "site.test" } }),
  },
  {
    id: "h2/path-raw",
    about: "the target arrives as it was sent",
    fields: withPseudo(":path", "/a/../b/%2e%2E//?q=%00&r=[]"),
    expect: forward({ method: "GET", target: "/a/../b/%2e%2E//?q=%00&r=[]" }),
  },
  {
    id: "h2/options-asterisk",
    about: "OPTIONS * (RFC 9113, 8.3.1)",
    fields: [[":method", "OPTIONS"], SCHEME, AUTHORITY, [":path", "*"]],
    expect: { kind: "either", status: [200, 204], request: { method: "OPTIONS", target: "*" } },
  },
  {
    id: "h2/cookies-joined",
    about: "cookie crumbs become one Cookie (RFC 9113, 8.2.3)",
    fields: get(["cookie", "a=b"], ["cookie", "c=d"], ["cookie", "e=f"]),
    expect: forward({ ...GET, has: { cookie: "a=b; c=d; e=f" } }),
  },
  {
    id: "h2/te-trailers",
    about: "`te: trailers` is the one TE that HTTP/2 knows (RFC 9113, 8.2.2)",
    fields: get(["te", "trailers"]),
    expect: forward(GET),
  },
  {
    id: "h2/obs-text",
    about: "obs-text arrives unchanged",
    fields: get(["x-a", "\xe9\xff"]),
    expect: forward({ ...GET, has: { "x-a": "\xe9\xff" } }),
  },
  {
    id: "h2/empty-value",
    about: "an empty value is a value",
    fields: get(["x-a", ""]),
    expect: forward({ ...GET, has: { "x-a": "" } }),
  },
  {
    id: "h2/post-length",
    about: "a length that is known arrives as Content-Length",
    fields: post(["content-length", "5"]),
    body: ["hello"],
    expect: forward({ ...HELLO, has: { "content-length": "5" } }),
  },
  {
    id: "h2/post-no-length",
    about: "a body without a length stays framed",
    fields: post(),
    body: ["hello"],
    expect: forward(HELLO),
  },
  {
    id: "h2/post-frames",
    about: "DATA frames are joined, empty ones too",
    fields: post(),
    body: ["he", "", "l", "lo"],
    expect: forward(HELLO),
  },
  {
    id: "h2/post-empty",
    about: "an empty DATA frame that ends the stream",
    fields: post(["content-length", "0"]),
    body: [""],
    expect: forward({ ...HELLO, body: "" }),
  },
  {
    id: "h2/trailers",
    about: "request trailers never become fields of the head",
    fields: post(),
    body: ["hello"],
    trailers: [["x-sum", "1"]],
    expect: forward({ ...HELLO, lacks: ["x-sum"] }),
  },
  {
    id: "h2/body-holds-a-request",
    about: "a body stays a body",
    fields: post(),
    body: ["\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: site.test\r\n\r\n"],
    expect: forward({
      ...HELLO,
      body: "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: site.test\r\n\r\n",
    }),
  },
  {
    id: "h2/expect-continue",
    about: "an expectation is met or ignored, and the body arrives",
    fields: post(["expect", "100-continue"], ["content-length", "5"]),
    body: ["hello"],
    expect: forward(HELLO),
  },
  {
    id: "h2/expect-unknown",
    about: "an expectation that nobody can meet (RFC 9110, 10.1.1)",
    fields: get(["expect", "coffee"]),
    expect: refuse([417], { closes: false }),
  },
  {
    id: "h2/scheme-https-on-plain",
    about: "the scheme of the connection counts, not the one a stranger names",
    fields: withPseudo(":scheme", "https"),
    expect: {
      kind: "either",
      status: [400, 421],
      request: { ...GET, has: { "x-forwarded-proto": "http" } },
    },
  },
  {
    id: "h2/proxy-authorization",
    about: "fields of this hop stay here",
    fields: get(["proxy-authorization", "Basic eDp5"]),
    expect: forward({ ...GET, lacks: ["proxy-authorization"] }),
  },
  {
    id: "h2/x-forwarded",
    about: "forwarding fields are rebuilt",
    fields: get(
      ["x-forwarded-for", "6.6.6.6"],
      ["x-forwarded-proto", "https"],
      ["x-forwarded-host", "evil.test"],
    ),
    expect: forward({
      ...GET,
      has: {
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "http",
        "x-forwarded-host": "site.test",
      },
    }),
  },
  {
    id: "h2/via",
    about: "Via names the version that was received (RFC 9110, 7.6.3)",
    fields: get(),
    expect: forward({ ...GET, has: { via: /^2(\.0)? \S+/ } }),
  },
  {
    id: "h2/cdn-loop",
    about: "CDN-Loop is kept and extended (RFC 8586, 2)",
    fields: get(["cdn-loop", "foo.example"]),
    expect: forward({ ...GET, has: { "cdn-loop": /^foo\.example, ?\S+/ } }),
  },
];

const field = (seen: Observation, name: string): string | undefined =>
  seen.responses.find(({ status }) => status >= 200)?.fields.find(([n]) => n === name)?.[1];
const body = (seen: Observation): string | undefined =>
  seen.responses.find(({ status }) => status >= 200)?.body;
const want = (what: string, got: unknown, wanted: unknown): string | null =>
  got === wanted ? null : `${what} is ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`;

function answered(
  id: string,
  about: string,
  status: number,
  reply: readonly string[],
  check: H2Case["check"],
  method = "GET",
): H2Case {
  return {
    id: `h2/answer-${id}`,
    about,
    fields: withPseudo(":method", method),
    reply: () => reply,
    expect: { kind: "forward", requests: [{ method, target: "/c" }], statuses: [status] },
    ...(check === undefined ? {} : { check }),
  };
}

const answers: H2Case[] = [
  answered(
    "length",
    "a length that is known is told",
    200,
    ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
    (seen) =>
      want("content-length", field(seen, "content-length"), "5") ??
      want("body", body(seen), "hello"),
  ),
  answered(
    "chunked",
    "the chunked coding ends here (RFC 9113, 8.2.2)",
    200,
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
    (seen) =>
      want("transfer-encoding", field(seen, "transfer-encoding"), undefined) ??
      want("body", body(seen), "hello"),
  ),
  answered(
    "until-close",
    "a body that ends with the origin's connection",
    200,
    ["HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", "", "END"],
    (seen) => want("body", body(seen), "hello"),
  ),
  answered(
    "connection-fields",
    "connection-specific fields of the origin stay here",
    200,
    [
      "HTTP/1.1 200 OK\r\nConnection: X-Foo\r\nX-Foo: bar\r\nKeep-Alive: timeout=9\r\nProxy-Connection: close\r\nUpgrade: h3\r\nContent-Length: 0\r\n\r\n",
    ],
    (seen) =>
      ["connection", "x-foo", "keep-alive", "proxy-connection", "upgrade"]
        .map((name) => want(name, field(seen, name), undefined))
        .find((each) => each !== null) ?? null,
  ),
  answered(
    "lower-case",
    "field names are lower case (RFC 9113, 8.2)",
    200,
    ["HTTP/1.1 200 OK\r\nX-MiXeD: Yes\r\nContent-Length: 0\r\n\r\n"],
    (seen) => want("x-mixed", field(seen, "x-mixed"), "Yes"),
  ),
  answered(
    "head",
    "HEAD keeps its length and has no DATA",
    200,
    ["HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\n"],
    (seen) =>
      want("content-length", field(seen, "content-length"), "42") ?? want("body", body(seen), ""),
    "HEAD",
  ),
  answered("204", "204 ends with its head", 204, ["HTTP/1.1 204 No Content\r\n\r\n"], (seen) =>
    want("body", body(seen), ""),
  ),
  answered(
    "304",
    "304 ends with its head",
    304,
    ['HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'],
    (seen) => want("etag", field(seen, "etag"), '"a"'),
  ),
  answered(
    "early-hints",
    "103 passes (RFC 8297)",
    200,
    [
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
    (seen) => (seen.responses.some(({ status }) => status === 103) ? null : "no 103"),
  ),
  answered(
    "trailers",
    "trailers of the origin pass",
    200,
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"],
    (seen) =>
      seen.responses.at(-1)?.trailers.some(([n, v]) => n === "x-sum" && v === "1")
        ? null
        : "no x-sum trailer",
  ),
  answered(
    "unasked-101",
    "an origin that switches protocols unasked is at fault",
    502,
    ["HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"],
    undefined,
  ),
  answered(
    "big",
    "a body larger than the first window",
    200,
    [`HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n${"z".repeat(300_000)}`],
    (seen) => want("length of the body", body(seen)?.length, 300_000),
  ),
];

/** "END" in a scripted answer stands for the end of the origin's connection. */
function withEnd(each: H2Case): H2Case {
  const { reply } = each;
  if (reply === undefined) return each;
  return {
    ...each,
    reply: (request) =>
      reply(request).map((step) => (step === "END" ? { do: "end" as const } : step)),
  };
}

export const carriedCases: readonly H2Case[] = [...requests, ...answers.map(withEnd)];
