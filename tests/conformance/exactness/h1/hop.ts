import { type ExpectedRequest, forward, type H1Case, refuse, request } from "../case.ts";

/* What is of this hop alone stays here, and what a stranger says about the hops before is not believed. */

const GET: ExpectedRequest = { method: "GET", target: "/c" };

function strip(
  id: string,
  about: string,
  fields: readonly string[],
  more: Partial<ExpectedRequest>,
): H1Case {
  return {
    id: `hop/${id}`,
    about,
    send: [request("GET /c HTTP/1.1", fields)],
    expect: forward({ ...GET, ...more }),
  };
}

const STRIPPED = "a field of this hop does not travel on (RFC 9110, 7.6.1)";
const stripped: H1Case[] = [
  strip("nominated", STRIPPED, ["Connection: X-Foo", "X-Foo: bar"], { lacks: ["x-foo"] }),
  strip("nominated-case", STRIPPED, ["Connection: x-FOO", "X-Foo: bar"], { lacks: ["x-foo"] }),
  strip("nominated-list", STRIPPED, ["Connection: X-A, ,X-B", "X-A: 1", "X-B: 2", "X-C: 3"], {
    lacks: ["x-a", "x-b"],
    has: { "x-c": "3" },
  }),
  strip("nominated-twice", STRIPPED, ["Connection: X-A", "Connection: X-B", "X-A: 1", "X-B: 2"], {
    lacks: ["x-a", "x-b"],
  }),
  strip("nominated-repeats", STRIPPED, ["X-A: 1", "Connection: X-A", "X-A: 2"], { lacks: ["x-a"] }),
  strip("keep-alive", STRIPPED, ["Keep-Alive: timeout=5"], { lacks: ["keep-alive"] }),
  strip("proxy-connection", STRIPPED, ["Proxy-Connection: keep-alive"], {
    lacks: ["proxy-connection"],
  }),
  strip("proxy-authorization", STRIPPED, ["Proxy-Authorization: Basic eDp5"], {
    lacks: ["proxy-authorization"],
  }),
  strip("te", STRIPPED, ["TE: gzip", "Connection: TE"], { lacks: ["te"] }),
  strip("te-alone", "TE without Connection is not passed on either", ["TE: gzip"], {
    lacks: ["te"],
  }),
  strip(
    "upgrade-not-nominated",
    "Upgrade without Connection asks for nothing",
    ["Upgrade: websocket"],
    {
      lacks: ["upgrade"],
    },
  ),
  strip("http2-settings", STRIPPED, ["Connection: HTTP2-Settings", "HTTP2-Settings: AAMAAABk"], {
    lacks: ["http2-settings"],
  }),
  strip(
    "h2c-upgrade",
    "an upgrade to h2c is not carried through (RFC 9113, 3.1)",
    ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"],
    { lacks: ["http2-settings", "upgrade"] },
  ),
];

/** Fields whose loss would change what the request means, or who it says it is from. */
const nominated: H1Case[] = [
  ["host", "Host", { host: "site.test" }],
  ["cookie", "Cookie", { cookie: "a=b" }],
  ["authorization", "Authorization", { authorization: "Basic eDp5" }],
  ["x-forwarded-for", "X-Forwarded-For", { "x-forwarded-for": "127.0.0.1" }],
  ["content-length", "Content-Length", {}],
].map(([id, name, has]) => ({
  id: `hop/nominates-${id as string}`,
  about: "Connection must not be a way to take end-to-end fields off (RFC 9110, 7.6.1)",
  send: [
    request(
      "POST /c HTTP/1.1",
      [
        `Connection: ${name as string}`,
        "Cookie: a=b",
        "Authorization: Basic eDp5",
        "Content-Length: 5",
      ],
      "hello",
    ),
  ],
  expect: {
    kind: "either" as const,
    status: [400],
    request: { method: "POST", target: "/c", body: "hello", has: has as Record<string, string> },
  },
}));

const FORGED = "6.6.6.6";
const noForgery =
  (name: string): NonNullable<H1Case["check"]> =>
  (seen) => {
    const values = seen.requests[0]?.fields.filter(([n]) => n.toLowerCase() === name) ?? [];
    return values.some(([, value]) => value.includes(FORGED))
      ? `${name} still says ${FORGED}`
      : null;
  };
const REBUILT = "forwarding fields are rebuilt, never trusted from strangers";
const forwarded: H1Case[] = [
  strip("x-forwarded-for", REBUILT, [`X-Forwarded-For: ${FORGED}`], {
    has: { "x-forwarded-for": "127.0.0.1" },
  }),
  strip(
    "x-forwarded-for-repeated",
    REBUILT,
    [`X-Forwarded-For: ${FORGED}`, "X-Forwarded-For: 7.7.7.7"],
    {
      has: { "x-forwarded-for": "127.0.0.1" },
    },
  ),
  strip("x-forwarded-proto", REBUILT, ["X-Forwarded-Proto: https"], {
    has: { "x-forwarded-proto": "http" },
  }),
  strip("x-forwarded-host", REBUILT, ["X-Forwarded-Host: evil.test"], {
    has: { "x-forwarded-host": "site.test" },
  }),
  {
    ...strip("forwarded", REBUILT, [`Forwarded: for=${FORGED};proto=https`], {}),
    check: noForgery("forwarded"),
  },
  {
    ...strip(
      "forwarded-repeated",
      REBUILT,
      ["Forwarded: for=1.1.1.1", `Forwarded: for=${FORGED}`],
      {},
    ),
    check: noForgery("forwarded"),
  },
];

const loops: H1Case[] = [
  strip("via-added", "every proxy adds itself to Via (RFC 9110, 7.6.3)", [], {
    has: { via: /^1\.1 \S+/ },
  }),
  strip("via-appended", "and keeps who was there before", ["Via: 1.0 old"], {
    has: { via: /^1\.0 old, ?1\.1 \S+/ },
  }),
  strip("cdn-loop-added", "a CDN adds itself to CDN-Loop (RFC 8586, 2)", [], {
    has: { "cdn-loop": /\S/ },
  }),
  strip("cdn-loop-appended", "and keeps the others (RFC 8586, 2)", ["CDN-Loop: foo.example"], {
    has: { "cdn-loop": /^foo\.example, ?\S+/ },
  }),
];

const expectations: H1Case[] = [
  {
    id: "expect/continue",
    about: "the visitor is told to go on, and the body arrives (RFC 9110, 10.1.1)",
    send: [request("POST /c HTTP/1.1", ["Expect: 100-continue", "Content-Length: 5"])],
    afterwards: "hello",
    expect: forward({ method: "POST", target: "/c", body: "hello" }),
  },
  {
    id: "expect/continue-body-at-once",
    about: "a client need not wait (RFC 9110, 10.1.1)",
    send: [request("POST /c HTTP/1.1", ["Expect: 100-continue", "Content-Length: 5"], "hello")],
    expect: forward({ method: "POST", target: "/c", body: "hello" }),
  },
  {
    id: "expect/continue-no-body",
    about: "nothing to wait for without a body",
    send: [request("GET /c HTTP/1.1", ["Expect: 100-continue"])],
    expect: forward(GET),
  },
  {
    id: "expect/case",
    about: "the expectation is case-insensitive (RFC 9110, 10.1.1)",
    send: [request("POST /c HTTP/1.1", ["Expect: 100-Continue", "Content-Length: 5"])],
    afterwards: "hello",
    expect: forward({ method: "POST", target: "/c", body: "hello" }),
  },
  {
    id: "expect/unknown",
    about: "an expectation that nobody can meet (RFC 9110, 10.1.1)",
    send: [request("GET /c HTTP/1.1", ["Expect: coffee"])],
    expect: refuse([417], { closes: false }),
  },
];

export const hopCases: readonly H1Case[] = [
  ...stripped,
  ...nominated,
  ...forwarded,
  ...loops,
  ...expectations,
];
