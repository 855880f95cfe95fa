import fc from "fast-check";

/* Requests that are nearly right: each piece is mostly sound and sometimes one of the classic faults. */

const METHODS = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"];
const TARGETS = [
  "/",
  "/c",
  "/a?b=c",
  "/%2e%2e/",
  "//x",
  "*",
  "http://site.test/c",
  "/a b",
  "/\x7f",
  "/é",
];
const VERSIONS = [
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/1.2",
  "HTTP/2.0",
  "http/1.1",
];
const LINE_ENDS = ["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n", "\n\r"];
const NAMES = [
  "X-A",
  "Host",
  "Content-Length",
  "Transfer-Encoding",
  "Connection",
  "Trailer",
  "Expect",
];
const SEPARATORS = [": ", ":", ": ", ":\t", " : ", "\t:", ":\r\n ", ":\x0b", "", ":  "];
const LENGTHS = [
  "5",
  "0",
  "05",
  "+5",
  "-1",
  "5, 5",
  "5,5",
  "0x5",
  "5 5",
  "",
  "99999999999999999999",
  "5 ",
];
const CODINGS = [
  "chunked",
  "Chunked",
  "chunked ",
  "identity",
  "gzip, chunked",
  "chunked, chunked",
  "xchunked",
  "\x0bchunked",
  "chunked;a=b",
  "",
];
const VALUES = [
  "y",
  "",
  "a b",
  "a\tb",
  "\xe9",
  "a\x00b",
  "a\rb",
  "a\nb",
  " a ",
  "close",
  "keep-alive",
];
const SIZES = [
  "5",
  "05",
  "5;a=b",
  '5;a="b"',
  "5 ",
  " 5",
  "+5",
  "0x5",
  "5\x00",
  "5;a\n",
  "5;",
  "6",
  "4",
  "A",
  "100000000000000005",
];

const pick = (list: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...list);
/** The first of the list most of the time. */
const mostly = (list: readonly string[], weight = 8): fc.Arbitrary<string> =>
  fc.oneof(
    { weight, arbitrary: fc.constant(list[0] as string) },
    { weight: 1, arbitrary: pick(list) },
  );

const field = fc
  .tuple(mostly(NAMES, 2), mostly(SEPARATORS), mostly(LINE_ENDS, 12))
  .chain(([name, separator, end]) => {
    let values = VALUES;
    if (name === "Content-Length") values = LENGTHS;
    if (name === "Transfer-Encoding") values = CODINGS;
    return mostly(values, 3).map((value) => name + separator + value + end);
  });

const chunk = fc
  .tuple(mostly(SIZES, 6), mostly(LINE_ENDS, 12), mostly(LINE_ENDS, 12))
  .map(([size, first, second]) => `${size}${first}hello${second}`);
const chunks = fc
  .tuple(
    fc.array(chunk, { maxLength: 3 }),
    fc.array(field, { maxLength: 1 }),
    mostly(LINE_ENDS, 12),
    mostly(LINE_ENDS, 12),
  )
  .map(([list, trailers, first, last]) => `${list.join("")}0${first}${trailers.join("")}${last}`);

const framing = fc.oneof(
  { weight: 3, arbitrary: fc.constant(["", ""] as const) },
  {
    weight: 3,
    arbitrary: mostly(LENGTHS, 3).map(
      (length) => [`Content-Length: ${length}\r\n`, "hello"] as const,
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(mostly(CODINGS, 5), chunks)
      .map(([coding, body]) => [`Transfer-Encoding: ${coding}\r\n`, body] as const),
  },
);

const request = fc
  .tuple(
    fc.tuple(
      pick(METHODS),
      mostly(TARGETS, 3),
      mostly(VERSIONS),
      mostly([" ", "  ", "\t"], 20),
      mostly(LINE_ENDS, 12),
    ),
    fc.array(field, { maxLength: 3 }),
    framing,
    mostly(LINE_ENDS, 12),
  )
  .map(([[method, target, version, blank, end], fields, [frame, body], last]) => {
    const line = `${method}${blank}${target}${blank}${version}${end}`;
    return `${line}Host: site.test\r\n${fields.join("")}${frame}${last}${body}`;
  });

/** One byte replaced, dropped or inserted somewhere. */
const mutation = fc.record({
  at: fc.nat({ max: 1000 }),
  kind: fc.constantFrom("replace", "drop", "insert", "none", "none"),
  byte: fc.oneof(
    fc.constantFrom(0, 9, 10, 11, 13, 32, 44, 58, 59, 0x7f, 0xff),
    fc.nat({ max: 255 }),
  ),
});

/** A stream of one to three requests, at times with a byte wrong. */
export const messageStream: fc.Arbitrary<Buffer> = fc
  .tuple(fc.array(request, { minLength: 1, maxLength: 3 }), mutation)
  .map(([requests, { at, kind, byte }]) => {
    const text = requests.join("");
    const where = at % (text.length + 1);
    const char = kind === "drop" || kind === "none" ? "" : String.fromCharCode(byte);
    const skipped = kind === "replace" || kind === "drop" ? 1 : 0;
    return Buffer.from(text.slice(0, where) + char + text.slice(where + skipped), "latin1");
  });

export const packetCuts: fc.Arbitrary<number[]> = fc.array(fc.nat({ max: 400 }), { maxLength: 8 });
