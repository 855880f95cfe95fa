import { describe, expect, test } from "bun:test";
import { compile, compileValue } from "@egide/expr/compile/compile.ts";
import { FUNCTIONS } from "@egide/expr/function/all.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { FakeExchange, type FakeExchangeInit } from "@egide/testkit/fake-exchange.ts";
import { requestScheme, responseScheme } from "#fields/scheme.ts";
import { RequestView } from "#fields/view.ts";
import { identify } from "#identify/identify.ts";
import { ZoneTable } from "#identify/zones.ts";

const REQUEST = requestScheme();
const RESPONSE = responseScheme();

function view(init: FakeExchangeInit = {}): RequestView {
  const zones = new ZoneTable<string>();
  zones.add("*", "zone");
  const who = { zoneId: (zone: string) => zone, gate: () => null };
  const directory = { zones, ...who, trustedProxies: new CidrSet([]), geo: null };
  const { facts } = identify(
    new FakeExchange({
      target: "/shop/Item.JPG?a=1&b=x%20y&a=2&flag",
      authority: "Example.org:8443",
      headers: [
        "User-Agent",
        "Test/1.0",
        "Accept-Language",
        "fr-CH, fr;q=0.8, en;q=0.9, de;q=0.7, *;q=0.5",
        "X-A",
        "1",
        "Cookie",
        "se%73sion=abc; theme=dark=1; broken",
        "x-a",
        "2",
      ],
      ...init,
    }),
    "req-1",
    Date.UTC(2026, 5, 1, 12, 0, 0, 857),
    0,
    directory,
  );
  return new RequestView(facts);
}

describe("fields of a request", () => {
  const GIVES: readonly (readonly [string, unknown])[] = [
    ["http.host", "example.org"],
    ["http.request.full_uri", "https://example.org:8443/shop/Item.JPG?a=1&b=x%20y&a=2&flag"],
    ["http.request.uri", "/shop/Item.JPG?a=1&b=x%20y&a=2&flag"],
    ["http.request.uri.path", "/shop/Item.JPG"],
    ["http.request.uri.path.extension", "jpg"],
    ["http.request.uri.query", "a=1&b=x%20y&a=2&flag"],
    ['http.request.uri.args["a"]', ["1", "2"]],
    ['http.request.uri.args["none"]', undefined],
    ["http.request.uri.args.names", ["a", "b", "a", "flag"]],
    ["http.request.uri.args.values", ["1", "x%20y", "2", ""]],
    ["http.request.method", "GET"],
    ["http.request.version", "HTTP/1.1"],
    ["http.user_agent", "Test/1.0"],
    ["http.referer", ""],
    ["http.cookie", "se%73sion=abc; theme=dark=1; broken"],
    ['http.request.cookies["session"]', ["abc"]],
    ['http.request.cookies["theme"][0]', "dark=1"],
    ['http.request.headers["x-a"]', ["1", "2"]],
    ['http.request.headers["X-A"]', undefined],
    ["http.request.headers.names[2]", "X-A"],
    ["http.request.headers.values[4]", "2"],
    ["http.request.headers.truncated", false],
    ["http.request.accepted_languages", ["fr-CH", "en", "fr", "de"]],
    ["http.request.body.size", 0],
    ["http.request.timestamp.sec", 1_780_315_200],
    ["http.request.timestamp.msec", 857],
    ["ssl", true],
    ["cf.ray_id", "req-1"],
    ["cf.zone.name", "zone"],
    ["cf.edge.client_tcp", true],
    ["cf.client.bot", false],
    ["ip.geoip.country", ""],
    ["ip.src.is_in_european_union", false],
    ["ip.src.asnum", 0],
    ["len(egide.header_order)", 8],
    ["len(cf.random_seed)", 32],
    ["raw.http.request.uri.path", "/shop/Item.JPG"],
  ];
  test.each(GIVES.map((row) => [...row] as const))("%s", (text, value) => {
    expect(compileValue(text, REQUEST).evaluate(view())).toEqual(value as never);
  });

  test("every one can be read from a bare request, and is what it says", () => {
    const bare = view({ headers: [], scheme: "http", target: "/" });
    for (const field of RESPONSE.fields.values()) {
      const value = field.read(bare);
      if (value === undefined) expect(field.name).toStartWith("http.response.");
      else expect([field.name, kindOf(value)]).toEqual([field.name, field.type.kind]);
    }
    expect(RESPONSE.fields.size).toBeGreaterThan(60);
  });

  test("follow a rewrite, but for the raw ones", () => {
    const seen = view();
    expect(seen.rewrite("/new", "c=3")).toBe("/new?c=3");
    const read = (text: string) => compileValue(text, REQUEST).evaluate(seen);
    expect(read("http.request.uri.path")).toBe("/new");
    expect(read('http.request.uri.args["c"][0]')).toBe("3");
    expect(read("raw.http.request.uri.path")).toBe("/shop/Item.JPG");
  });

  test("paths have one spelling, and what goes on keeps the visitor's", () => {
    const seen = view({ target: "/x/..//%61dmin?a=%61" });
    const read = (text: string) => compileValue(text, REQUEST).evaluate(seen);
    expect(read("http.request.uri")).toBe("/admin?a=%61");
    expect(read("raw.http.request.uri")).toBe("/x/..//%61dmin?a=%61");
    expect(seen.rewrite(null, "b")).toBe("/x/..//%61dmin?b");
    expect(read("http.request.uri")).toBe("/admin?b");
  });

  test.each([
    ["/foo", ""],
    ["/foo.mp3", "mp3"],
    ["/.mp3", ""],
    ["/.foo.mp3", "mp3"],
    ["/foo.tar.bz2", "bz2"],
    ["/foo.", ""],
    ["/foo.MP3", "mp3"],
    ["/a.b/foo", ""],
  ])("extension of %s: %p", (target, extension) => {
    const text = "http.request.uri.path.extension";
    expect(compileValue(text, REQUEST).evaluate(view({ target }))).toBe(extension);
  });

  test("a browser's order of fields is the same with and without a cookie", () => {
    const order = (headers: string[]) =>
      compileValue("egide.header_order", REQUEST).evaluate(view({ headers }));
    expect(order(["Host", "a", "Accept", "b"])).toBe(
      order(["Host", "x", "Cookie", "c", "Accept", ""]),
    );
    expect(order(["Host", "a", "Accept", "b"])).not.toBe(order(["Accept", "b", "Host", "a"]));
    expect(order(["accept", "a"])).not.toBe(order(["Accept", "a"]));
  });
});

test("fields that came in several parts are whole again", () => {
  const headers = [
    "cookie",
    "a=1",
    "Cookie",
    "b=2",
    "x-forwarded-for",
    "x",
    "X-Forwarded-For",
    "y",
  ];
  const read = (text: string) => compileValue(text, REQUEST).evaluate(view({ headers }));
  expect(read("http.cookie")).toBe("a=1; b=2");
  expect(read('http.request.cookies["b"][0]')).toBe("2");
  expect(read("http.x_forwarded_for")).toBe("x, y");
});

test("docs/reference/expressions.md names every field and function", async () => {
  const page = await Bun.file(
    `${import.meta.dir}/../../../../docs/reference/expressions.md`,
  ).text();
  const fields = [...RESPONSE.fields.keys()].filter((name) => !name.startsWith("raw."));
  for (const name of fields) expect(page).toContain(`| \`${name}\` `);
  for (const name of FUNCTIONS.keys()) expect(page).toContain(`| \`${name}(`);
});

test("fields of a response", () => {
  const seen = view();
  const read = (text: string) => compileValue(text, RESPONSE).evaluate(seen);
  expect(read("http.response.code")).toBeUndefined();
  seen.response = { status: 404, headers: ["Content-Type", "text/HTML; charset=utf-8", "X", "1"] };
  expect(read("http.response.code")).toBe(404);
  expect(read("http.response.content_type.media_type")).toBe("text/html");
  expect(read('http.response.headers["x"][0]')).toBe("1");
  expect(read("http.response.headers.names")).toEqual(["Content-Type", "X"]);
  expect(() => compile("http.response.code eq 404", REQUEST)).toThrow("no field");
});

function kindOf(value: unknown): string {
  if (typeof value === "string") return "string";
  if (typeof value === "number") return "int";
  if (typeof value === "boolean") return "bool";
  if (value instanceof Uint8Array) return "ip";
  return Array.isArray(value) ? "array" : "map";
}
