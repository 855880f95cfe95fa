import { describe, expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callEgide, type Said } from "#cli/testing/egide.ts";

function egide(...argv: string[]): Promise<Said> {
  return callEgide(tmpdir(), ["expr", ...argv]);
}

describe("egide expr eval", () => {
  test("says what a filter gives, and what it saw", async () => {
    const { code, out } = await egide("eval", 'http.host eq "example.org" and ssl');
    expect([code, out]).toEqual([0, 'true\n  http.host = "example.org"\n  ssl = true\n']);
  });

  test("takes fields from the command line, typed", async () => {
    const fields = [
      "ip.src=2001:db8::7",
      "ip.geoip.asnum=64496",
      'http.request.headers={"a":["b"]}',
    ];
    const options = fields.flatMap((field) => ["--field", field]);
    const text =
      'ip.src in {2001:db8::/32} and ip.src.asnum eq 64496 and any(http.request.headers["a"][*] eq "b")';
    expect((await egide("eval", text, ...options)).out).toStartWith("true\n");
    expect((await egide("eval", "ssl", "--field", "ssl=maybe")).err).toContain("of type Boolean");
    expect((await egide("eval", "ssl", "--field", "sls=true")).err).toContain("no field sls");
    expect((await egide("eval", "ssl", "--field", "http.request.headers=5")).err).toContain("JSON");
  });

  test("reads a request from a file", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "egide-expr-")), "request");
    writeFileSync(file, "POST /é?a=1 HTTP/2\r\nHost: shop.example\r\nX-A: 1\r\nX-a: 2\r\n\r\nbody");
    const value = await egide(
      "eval",
      'concat(http.request.method, join(http.request.headers["x-a"], "+"), http.host)',
      "--request",
      file,
    );
    expect(value.out).toStartWith('"POST1+2shop.example"\n');
    expect((await egide("eval", "http.request.version", "--request", file)).out).toStartWith(
      '"HTTP/2"',
    );
    writeFileSync(file, "hello");
    expect((await egide("eval", "ssl", "--request", file)).code).toBe(1);
  });

  test("points at what is wrong", async () => {
    const { code, err } = await egide("eval", 'ssl and http.hots eq "a"');
    expect(code).toBe(1);
    expect(err).toContain("expression:1:9: there is no field `http.hots`");
    expect(err).toContain("        ^^^^^^^^^ did you mean http.host?");
  });
});

test("egide expr check says how it was understood", async () => {
  const { code, out } = await egide("check", '(http.host=="a"&&ssl)||not ip.src in {::1}');
  expect(code).toBe(0);
  expect(out).toStartWith('http.host eq "a" and ssl or not ip.src in {::1}\ntype    Boolean\n');
  expect(out).toContain("fields  http.host ssl ip.src\n");
  expect((await egide("check", "http.response.code eq 404")).code).toBe(1);
  expect((await egide("check", "http.response.code eq 404", "--response")).code).toBe(0);
});

test("egide expr fields lists what there is", async () => {
  const { out } = await egide("fields", "asnum");
  expect(out.split("\n").map((line) => line.split(" ")[0])).toEqual([
    "ip.src.asnum",
    "ip.geoip.asnum",
    "",
  ]);
  expect((await egide("fields", "starts_with")).out).toContain("starts_with(source, substring)");
  expect((await egide("fields", "nothing-like-it")).code).toBe(1);
});
