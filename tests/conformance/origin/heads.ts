import { BAD_GATEWAY, END, head, ok, type OriginCase, origin } from "./case.ts";

/* Origins whose status line or fields are wrong (RFC 9112, sections 4 to 6). */

const LINE = "a status line that is not `HTTP/1.x SP 3DIGIT SP …` (RFC 9112, 4)";
const statusLines: OriginCase[] = [
  ["empty-line", "\r\n"],
  ["words", "hello world\r\n"],
  ["html", "<html>hello</html>\r\n"],
  ["version-2", "HTTP/2 200 OK\r\n"],
  ["version-2.0", "HTTP/2.0 200 OK\r\n"],
  ["version-0.9", "HTTP/0.9 200 OK\r\n"],
  ["version-missing", "200 OK\r\n"],
  ["version-lower-case", "http/1.1 200 OK\r\n"],
  ["icy", "ICY 200 OK\r\n"],
  ["status-2-digits", "HTTP/1.1 20 OK\r\n"],
  ["status-4-digits", "HTTP/1.1 2000 OK\r\n"],
  ["status-letters", "HTTP/1.1 2xx OK\r\n"],
  ["status-099", "HTTP/1.1 099 OK\r\n"],
  ["status-000", "HTTP/1.1 000 OK\r\n"],
  ["status-negative", "HTTP/1.1 -20 OK\r\n"],
  ["status-missing", "HTTP/1.1 OK\r\n"],
  ["two-spaces", "HTTP/1.1  200 OK\r\n"],
  ["tab", "HTTP/1.1\t200 OK\r\n"],
  ["bare-cr", "HTTP/1.1 200 OK\rX: y\r\n"],
  ["nul", "HTTP/1.1 200 O\x00K\r\n"],
].map(([id, line]) =>
  origin(
    `line-${id as string}`,
    LINE,
    [`${line as string}Content-Length: 5\r\n\r\nhello`, END],
    BAD_GATEWAY,
  ),
);

const goodLines: OriginCase[] = [
  origin(
    "no-reason",
    "the reason may be empty (RFC 9112, 4)",
    ["HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello"],
    ok("hello"),
  ),
  origin(
    "no-reason-no-space",
    "even its space may be missing",
    ["HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello"],
    ok("hello"),
  ),
  origin(
    "reason-obs-text",
    "a reason in another alphabet",
    ["HTTP/1.1 200 \xe9\xff\r\nContent-Length: 5\r\n\r\nhello"],
    ok("hello"),
  ),
  origin(
    "http10",
    "an origin that speaks HTTP/1.0",
    ["HTTP/1.0 200 OK\r\n\r\nhello", END],
    ok("hello"),
  ),
  origin(
    "status-299",
    "statuses that nobody knows pass",
    ["HTTP/1.1 299 Fine\r\nContent-Length: 0\r\n\r\n"],
    { kind: "status", status: [299] },
  ),
  origin("status-599", "up to the last", ["HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n"], {
    kind: "status",
    status: [599],
  }),
  origin(
    "status-999",
    "beyond 599: passed or refused, never altered",
    ["HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"],
    { kind: "status", status: [999, 502] },
  ),
];

const FRAMING = "framing that two readers take differently: response splitting (RFC 9112, 6.3)";
const framing: OriginCase[] = [
  [
    "length-and-chunked",
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "5\r\nhello\r\n0\r\n\r\n",
  ],
  ["length-twice", "Content-Length: 5\r\nContent-Length: 6"],
  ["length-list", "Content-Length: 5, 6"],
  ["length-plus", "Content-Length: +5"],
  ["length-negative", "Content-Length: -5"],
  ["length-hex", "Content-Length: 0x5"],
  ["length-letters", "Content-Length: five"],
  ["length-2-to-64", "Content-Length: 18446744073709551621"],
  ["te-unknown", "Transfer-Encoding: cow"],
  ["te-xchunked", "Transfer-Encoding: xchunked", "5\r\nhello\r\n0\r\n\r\n"],
  [
    "te-twice",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "5\r\nhello\r\n0\r\n\r\n",
  ],
  ["te-chunked-identity", "Transfer-Encoding: chunked, identity", "5\r\nhello\r\n0\r\n\r\n"],
  ["te-obs-fold", "Transfer-Encoding:\r\n chunked", "5\r\nhello\r\n0\r\n\r\n"],
  ["te-vertical-tab", "Transfer-Encoding: \x0bchunked", "5\r\nhello\r\n0\r\n\r\n"],
].map(([id, fields, body]) =>
  origin(id as string, FRAMING, [head(fields as string, body), END], BAD_GATEWAY),
);

const FIELDS = "field lines that break the grammar (RFC 9112, 5)";
const fields: OriginCase[] = [
  ["field-nul", "X: a\x00b"],
  ["field-control", "X: a\x01b"],
  ["field-bare-cr", "X: a\rSet-Cookie: evil=1"],
  ["field-bare-lf", "X: a\nSet-Cookie: evil=1"],
  ["field-no-colon", "nothing"],
  ["field-empty-name", ": x"],
  ["field-name-space", "X Y: z"],
  ["field-obs-fold", "X: a\r\n b"],
].map(([id, line]) =>
  origin(id as string, FIELDS, [head(`${line as string}\r\nContent-Length: 5`)], BAD_GATEWAY),
);

const spaceBeforeColon = origin(
  "field-space-before-colon",
  "a proxy removes this blank, or refuses; it never passes it on (RFC 9112, 5.1)",
  [head("X : a\r\nContent-Length: 5")],
  { kind: "status", status: [200, 502] },
);

const bareLf = origin(
  "all-bare-lf",
  "a head of bare LFs",
  ["HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", END],
  {
    kind: "status",
    status: [502],
  },
);

export const headCases: readonly OriginCase[] = [
  ...statusLines,
  ...goodLines,
  ...framing,
  ...fields,
  spaceBeforeColon,
  bareLf,
];
