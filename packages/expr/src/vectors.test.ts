import { describe, expect, test } from "bun:test";
import { compile, compileValue } from "#compile/compile.ts";
import { ExprError } from "#error.ts";
import { formatIp } from "#function/spell.ts";
import { parse, parseValue } from "#parse/parse.ts";
import { print } from "#print.ts";
import { REQUEST, SAMPLE } from "#testing/sample.ts";

/** An expression, and whether it holds for the sample request. */
const HOLDS: readonly (readonly [string, boolean])[] = [
  // Comparisons, in both notations.
  ['http.host eq "www.example.org"', true],
  ['http.host == "www.example.org"', true],
  ['http.host eq "WWW.example.org"', false],
  ['http.host ne "example.org"', true],
  ['http.host != "www.example.org"', false],
  ['http.request.method lt "H"', true],
  ['http.request.method < "GET"', false],
  ['http.request.method le "GET"', true],
  ['http.request.method gt "GE"', true],
  ["ip.src.asnum eq 64496", true],
  ["ip.src.asnum ne 64496", false],
  ["ip.src.asnum lt 64497", true],
  ["ip.src.asnum <= 64496", true],
  ["ip.src.asnum gt 64496", false],
  ["ip.src.asnum >= 64496", true],
  ["ip.src.asnum eq 0xfbf0", true],
  ["ip.src.asnum gt -1", true],
  ["ip.src eq 192.0.2.7", true],
  ["ip.src ne 192.0.2.7", false],
  ["ip.src eq ::ffff:192.0.2.7", true],
  ["ip.src eq 2001:db8::1", false],
  // Strings and patterns.
  ['http.request.uri.path contains "articles"', true],
  ['http.request.uri.path contains "Articles"', false],
  ['http.request.uri.path matches "^/articles/[0-9]+$"', true],
  ['http.request.uri.path ~ r"^/articles/\\d+$"', true],
  ['http.request.uri.path matches "\\\\d{4}"', false],
  ['http.request.uri.path matches "\\d{4}"', true],
  ['http.user_agent matches "(?i)FIREFOX/"', true],
  ['http.request.full_uri wildcard "https://*.example.org/ARTICLES/*"', true],
  ['http.request.full_uri strict wildcard "https://*.example.org/ARTICLES/*"', false],
  ['http.request.full_uri strict wildcard "https://*.example.org/articles/*"', true],
  ['http.request.full_uri strict  wildcard "*"', true],
  ['http.request.uri.path wildcard "/articles"', false],
  ['http.request.uri.path wildcard "/articles/2008*"', true],
  [String.raw`http.request.headers["x-star"][0] wildcard r"a\*b"`, true],
  [String.raw`http.request.headers["x-star"][0] wildcard "a\\*b"`, true],
  [String.raw`http.request.headers["x-quote"][0] eq "say \"hi\" \\"`, true],
  [String.raw`http.request.headers["x-quote"][0] eq r#"say "hi" \"#`, true],
  [String.raw`http.request.headers["x-quote"][0] matches "\"hi\""`, true],
  [String.raw`http.host eq "\x77ww.ex\141mple.org"`, true],
  ['http.request.headers["x-utf8"][0] eq "café"', true],
  ['len(http.request.headers["x-utf8"][0]) eq 5', true],
  // Sets.
  ['http.host in {"example.org" "www.example.org"}', true],
  ["ip.src.asnum in {1..5 64496 70000}", true],
  ["ip.src.asnum in {1..5 64000..65000}", true],
  ["ip.src.asnum in {1..5}", false],
  ["ip.src in {198.51.100.0/24 192.0.2.0/24}", true],
  ["ip.src in {192.0.2.1..192.0.2.9}", true],
  ["ip.src in {192.0.2.8..192.0.2.9 2001:db8::/32}", false],
  ["ip.src in {2001:db8::1..2001:db8::5}", false],
  ["ip.src in $office", true],
  ["ip.src.asnum in $scrapers", false],
  ["not ip.src.asnum in $scrapers", true],
  // Logic: not, and, xor, or.
  ["ssl", true],
  ["not ssl", false],
  ["!ssl", false],
  ["! ssl || ssl", true],
  ["true", true],
  ["false or true", true],
  ["true or true and false", true],
  ["(true or true) and false", false],
  ["true xor true", false],
  ["true ^^ false", true],
  ["true xor true xor true", true],
  ["false and true xor true", true],
  ["true or true xor true", true],
  ["not false and false", false],
  ["not (false and false)", true],
  ["not not ssl", true],
  ['ssl && http.host == "www.example.org" && not ip.src in {10.0.0.0/8}', true],
  // Arrays and maps.
  ['http.request.headers["accept"][0] eq "text/html"', true],
  ['any(http.request.headers["accept"][*] eq "image/webp")', true],
  ['all(http.request.headers["accept"][*] eq "text/html")', false],
  ['any(http.request.headers.names[*] == "Content-Type")', false],
  ['any(lower(http.request.headers.names[*])[*] == "accept")', true],
  ["any(len(http.request.headers.values[*])[*] gt 10)", true],
  ['any(starts_with(http.request.headers["accept"][*], "image/"))', true],
  ['all(len(http.request.uri.args["filter"][*])[*] in {3 4})', true],
  ['all(not len(http.request.uri.args["filter"][*])[*] in {3 4})', false],
  ['len(http.request.uri.args["filter"]) >= 0', true],
  ['not len(http.request.uri.args["order"]) >= 0', true],
  ['len(http.request.uri.args["filter"][1]) eq 4', true],
  ['any(http.request.body.multipart.names[*][0] == "picture")', true],
  ['any(http.request.body.multipart.names[*][7] == "picture")', false],
  [
    'any(http.request.headers["accept"][*] eq "text/html" or http.request.headers["accept"][*] eq "x")',
    true,
  ],
  [
    'all(http.request.headers["accept"][*] eq "text/html" xor http.request.headers["accept"][*] eq "image/webp")',
    true,
  ],
  [
    'any(http.request.headers["accept"][*] eq "text/html" and http.request.headers["accept"][*] eq "image/webp")',
    false,
  ],
  ['has_key(http.request.headers, "accept")', true],
  ['has_key(http.request.headers, "Accept")', false],
  ['has_value(http.request.headers["accept"], "text/html")', true],
  ['has_value(http.request.headers, "image/webp")', true],
  ['has_value(http.request.headers, "image/png")', false],
  // What is missing makes every comparison false.
  ['http.request.headers["none"][0] eq ""', false],
  ['http.request.headers["none"][0] ne "x"', false],
  ['not http.request.headers["none"][0] eq "x"', true],
  ['http.request.headers["accept"][9] ne "x"', false],
  ['http.request.headers["none"][0] matches ".*"', false],
  ['http.request.headers["none"][0] in {"a"}', false],
  ['lower(http.request.headers["none"][0]) ne "a"', false],
  ['any(http.request.headers["none"][*] ne "x")', false],
  ['all(http.request.headers["none"][*] eq "x")', true],
  ['starts_with(http.request.headers["none"][0], "x")', false],
  ['not starts_with(http.request.headers["none"][0], "x")', true],
  ['concat(http.request.headers["none"][0], "x") eq "x"', true],
  // Functions that answer true or false.
  ['ends_with(http.request.uri.path, "2008")', true],
  ['starts_with(http.request.uri.path, "2008")', false],
  ["cidr(ip.src, 24, 48) eq 192.0.2.0", true],
  ["cidr6(ip.src, 24) eq 192.0.2.7", true],
  ['lookup_json_string(http.request.body.raw, "company") == "example"', true],
  ['lookup_json_string(http.request.body.raw, "list", 1) == "two"', true],
  ['lookup_json_string(http.request.body.raw, "toString") == ""', false],
  ['lookup_json_string(http.request.body.raw, "n", "id") == "356"', false],
  ['lookup_json_integer(http.request.body.raw, "n", "id") == 356', true],
  ['lookup_json_integer(http.request.body.raw, "float") == 42', false],
  ['lookup_json_integer(http.request.body.raw, "list", 2) == -234', true],
  ['lookup_json_integer(http.request.body.raw, "list", 9) == 1', false],
  ['lookup_json_integer(http.host, "list") == 1', false],
  [
    'is_timed_hmac_valid_v0("mysecretkey", http.request.headers["x-token"][0], 10800, http.request.timestamp.sec, 8)',
    true,
  ],
  [
    'is_timed_hmac_valid_v0("mysecretkez", http.request.headers["x-token"][0], 10800, http.request.timestamp.sec, 8)',
    false,
  ],
  [
    'is_timed_hmac_valid_v0("mysecretkey", http.request.headers["x-token"][0], 1, http.request.timestamp.sec, 8)',
    false,
  ],
  [
    'is_timed_hmac_valid_v0("mysecretkey", http.request.headers["x-token"][0], 10800, http.request.timestamp.sec, 7)',
    false,
  ],
  ['is_timed_hmac_valid_v0("k", http.host, 1, http.request.timestamp.sec)', false],
];

/** An expression, and its value for the sample request. */
const GIVES: readonly (readonly [string, unknown])[] = [
  ['"static"', "static"],
  ["5", 5],
  ["ssl", true],
  ["lower(http.request.headers.names[0])", "accept"],
  ["upper(http.host)", "WWW.EXAMPLE.ORG"],
  ['upper(http.request.headers["x-utf8"][0])', "CAF\xc3\xa9"],
  ["len(http.host)", 15],
  ['concat("a", ip.src.asnum, ssl, ip.src, "é")', "a64496true192.0.2.7\xc3\xa9"],
  [
    'concat(http.request.headers["accept"], http.request.headers["none"])',
    ["text/html", "image/webp"],
  ],
  ["substring(http.request.body.letters, 2, 5)", "dfg"],
  ["substring(http.request.body.letters, 2)", "dfghjk"],
  ["substring(http.request.body.letters, -2)", "jk"],
  ["substring(http.request.body.letters, 0, -2)", "asdfgh"],
  ['url_decode(http.request.headers["x-enc"][0])', "John Doe %20 "],
  ['url_decode(http.request.headers["x-enc"][0], "r")', "John Doe   "],
  ['url_decode(http.request.headers["x-cloud"][0])', "%u2601 \xe4\xbd%zz%"],
  ['url_decode(http.request.headers["x-cloud"][0], "ur")', "\xe2\x98\x81 \xe4\xbd%zz%"],
  ['remove_bytes(http.host, "\\x2e\\x77")', "exampleorg"],
  ['remove_query_args(http.request.uri.query, "filter")', "page=2"],
  ['remove_query_args(http.request.uri.query, "page")', "filter=waf&filter=botm&filter=cdn"],
  ['remove_query_args(http.request.uri.query, "none")', "filter=waf&page=2&filter=botm&filter=cdn"],
  ['remove_query_args(http.request.uri.query, "page", "filter")', ""],
  ['regex_replace("/foo/bar", "/bar$", "/baz")', "/foo/baz"],
  ['regex_replace("/x", "^/y$", "/mumble")', "/x"],
  ['regex_replace("/a/a", "/a", "/b")', "/b/a"],
  ['regex_replace("/b", "^/b$", "/b$$")', "/b$"],
  ['regex_replace("/foo/a/path", "^/foo/([^/]*)/(.*)$", "/bar/${2}/${1}")', "/bar/path/a"],
  [String.raw`regex_replace("a\\b", "\\\\", "a")`, "aab"],
  [
    'wildcard_replace(http.request.full_uri, "https://*.example.org/*/*", "https://x/${1}/${2}/${3}")',
    "https://x/www/articles/2008?filter=waf&page=2&filter=botm&filter=cdn",
  ],
  ['wildcard_replace(http.request.uri.path, "/Articles/*", "/${1}")', "/2008"],
  ['wildcard_replace(http.request.uri.path, "/Articles/*", "/${1}", "s")', "/articles/2008"],
  ['wildcard_replace(http.request.uri.path, "articles/*", "/${1}")', "/articles/2008"],
  ['split(http.request.headers["x-list"][0], ",", 64)', ["a", "", "b", "c"]],
  ['split(http.request.headers["x-list"][0], ",", 3)', ["a", "", "b,c"]],
  ['split(http.request.headers["x-list"][0], ",", 1)', ["a,,b,c"]],
  ['join(split(http.request.headers["x-list"][0], ",", 9), "-")', "a--b-c"],
  ['split(http.request.headers["none"][0], ",", 1)', undefined],
  ['join(http.request.headers.names, ",")', "Accept,X-Long,Accept"],
  ["to_string(ip.src)", "192.0.2.7"],
  ["to_string(ssl)", "true"],
  ['encode_base64("hello world")', "aGVsbG8gd29ybGQ"],
  ['encode_base64("hello world", "p")', "aGVsbG8gd29ybGQ="],
  ['encode_base64("\\xfb\\xff", "u")', "-_8"],
  ['decode_base64(http.request.headers["x-b64"][0])', "123abc"],
  ["decode_base64(http.host)", undefined],
  ['encode_base64(sha256("my-token"), "p")', "/s5Q0ih/ckWupYGbdfle6L7ClaFPjvHnox8X8drp30Q="],
  ["uuidv4(cf.random_seed)", "61616161-6161-4161-a161-616161616161"],
  ['http.request.headers["accept"]', ["text/html", "image/webp"]],
];

describe("expressions against the sample request", () => {
  test.each(HOLDS.map(([text, holds]) => [text, holds] as const))("%s → %p", (text, holds) => {
    expect(compile(text, REQUEST).evaluate(SAMPLE)).toBe(holds);
  });

  test.each(GIVES.map(([text, value]) => [text, value] as const))("%s → %p", (text, value) => {
    const result = compileValue(text, REQUEST).evaluate(SAMPLE);
    expect(result instanceof Uint8Array ? formatIp(result) : result).toEqual(value as never);
  });

  test("mean the same once they are printed", () => {
    for (const [text, holds] of HOLDS) {
      const printed = print(parse(text));
      expect(compile(printed, REQUEST).evaluate(SAMPLE)).toBe(holds);
      expect(print(parse(printed))).toBe(printed);
    }
    for (const [text] of GIVES) {
      const printed = print(parseValue(text));
      expect(print(parseValue(printed))).toBe(printed);
    }
  });

  test("ran all of them", () => {
    expect(HOLDS.length).toBeGreaterThanOrEqual(122);
    expect(GIVES.length).toBeGreaterThanOrEqual(45);
  });
});

/** A text that is no expression: what is said, at which char (from 0), and what is suggested. */
const WRONG: readonly (readonly [string, string, number, string | null])[] = [
  ["", "a field or a function was expected, found the end", 0, null],
  ['http.hots eq "a"', "no field `http.hots`", 0, "http.host"],
  [
    'ssl and http.request.uri.pth eq "/"',
    "no field `http.request.uri.pth`",
    8,
    "http.request.uri.path",
  ],
  ['completely.else eq "a"', "no field", 0, null],
  ['lowr(http.host) eq "a"', "no function `lowr`", 0, "lower"],
  ["http.host eq 5", "compares String with Integer", 13, '"5"'],
  ['ip.src.asnum eq "5"', "compares Integer with String", 16, "5"],
  ['ip.src eq "192.0.2.1"', "compares IP address with String", 10, "192.0.2.1"],
  ["ip.src eq 192.0.2.0/24", "it contains", 10, "in {192.0.2.0/24}"],
  ["ip.src lt 192.0.2.1", "compares strings", 0, null],
  ['ip.src.asnum contains "5"', "compares strings", 0, null],
  ["http.host", "of type String, and a rule needs a Boolean", 0, null],
  ['http.host eq "a" and', "found the end", 20, null],
  ['http.host eq "a', "no closing quote", 13, null],
  ['http.host eq r#"a"', "not closed", 13, null],
  ["http.host eq 'a'", "double quotes", 13, '"'],
  ["http.host eq example", "strings stand in quotes", 13, '"example"'],
  ['http.host = "a"', "`=` is no operator", 10, "=="],
  ['http.host EQ "a"', "`EQ` is no operator", 10, "eq"],
  ['http.host equals "a"', "`equals` is no operator", 10, null],
  ['http.host contians "a"', "`contians` is no operator", 10, "contains"],
  ['http.host strict "a"', "before `wildcard`", 10, "strict wildcard"],
  ['http.request.uri.path ends_with ".html"', "is a function", 22, 'ends_with(field, "…")'],
  ['(http.host eq "a"', "never closed", 0, null],
  ['http.host eq "a")', "closes nothing", 16, null],
  ['http.host eq "a" http.host', "expected `and`, `or` or the end", 17, null],
  ["http.host in {}", "empty set", 13, null],
  ['http.host in {"a", "b"}', "separated by spaces", 17, "leave the comma out"],
  ['http.host in {"a" 5}', "looks for String among Integer", 18, null],
  ['http.host in "a"', "followed by `{…}`", 13, null],
  ["ip.src in $ofice", "no list `$ofice`", 10, "$office"],
  ["http.host in $office", "holds values of type IP address", 13, null],
  ["ip.src.asnum in {9..1}", "ends before it begins", 17, null],
  ["ip.src in {10.0.0.1..::1}", "of one family", 11, null],
  ["ip.src in {10.0.0.300}", "neither an integer nor an address", 11, null],
  ["ip.src.asnum eq 010", "no leading zero", 16, "10"],
  ["ip.src.asnum eq 99999999999999999999", "beyond", 16, null],
  ['http.host eq "\\d"', "is no escape", 14, 'write \\\\ for a backslash, or a raw string: r"…"'],
  ['http.host matches "("', "missing", 18, null],
  ['http.host matches r"a(?=b)"', "look-around", 18, null],
  [String.raw`http.host matches r"(a)\1"`, "back-references", 18, null],
  ['http.host wildcard "a**"', "two stars", 19, null],
  [String.raw`http.host wildcard r"a\b"`, "backslash", 19, null],
  [
    'http.request.headers["a"] eq "x"',
    "no operator compares",
    0,
    'any(http.request.headers["a"][*] eq …)',
  ],
  [
    'http.request.headers.names[*] == "a"',
    "of type Array<Boolean>",
    0,
    'any(http.request.headers.names[*] == "a")',
  ],
  ["any(http.request.headers.names[*])", "is of type Array<Boolean>, not String", 4, null],
  ['http.host["a"] eq "b"', "has no elements", 0, null],
  ['http.request.headers[0] eq "b"', "asked by key", 0, '["name"]'],
  ['http.request.headers.names["a"] eq "b"', "asked by position", 0, "[0] or [*]"],
  ["ssl eq true", "not compared with `true`", 7, "the field alone, or `not` and the field"],
  ["lower(http.request.headers.names)", "not Array<String>", 6, "http.request.headers.names[*]"],
  [
    "starts_with(http.host) and ssl",
    "takes 2 arguments, not 1",
    0,
    "starts_with(source, substring)",
  ],
  ['starts_with("a", "b")', "is a field, not a literal", 12, null],
  ['len(http.host, "a") eq 1', "takes 1 argument, not 2", 0, "len(source)"],
  ["cidr(ip.src, 33, 64) eq 192.0.2.1", "between 1 and 32", 13, null],
  ["cidr(ip.src, ip.src.asnum, 64) eq 192.0.2.1", "is a literal", 13, null],
  ['any(has_value(http.request.headers.names[*], "a"))', "not String", 14, null],
  ["has_value(http.request.headers.names, 5)", "nothing of this type", 38, null],
  ["ssl and any(ssl)", "not Boolean", 12, null],
  ["5 eq ip.src.asnum", "to the right of an operator", 0, null],
  ['regex_replace(http.host, "a", "${1}") eq "a"', "nothing that ${1} stands for", 30, null],
  ["(".repeat(70) + "ssl" + ")".repeat(70), "nested deeper", 65, null],
];

describe("what is no expression", () => {
  test.each(WRONG.map((row) => [...row] as const))("%s: %s", (text, message, at, suggestion) => {
    let caught: unknown = null;
    try {
      compile(text, REQUEST);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ExprError);
    const error = caught as ExprError;
    expect(error.message).toContain(message);
    expect([error.offset, error.suggestion]).toEqual([at, suggestion]);
    expect(error.offset + error.length).toBeLessThanOrEqual(Math.max(1, text.length + 1));
  });

  test("ran all of them", () => {
    expect(WRONG.length).toBeGreaterThanOrEqual(60);
  });
});
