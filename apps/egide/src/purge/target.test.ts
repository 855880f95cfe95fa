import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { describeTarget, readTarget } from "#purge/target.ts";

const read = (kind: Parameters<typeof readTarget>[0], value: string): string | null => {
  const result = readTarget(kind, value);
  return result.ok ? describeTarget(result.target) : null;
};

describe("what is to be purged", () => {
  test.each([
    ["https://example.org", "https://example.org/"],
    ["HTTPS://Example.ORG:443/News?B=1#top", "https://example.org/News?B=1"],
    ["http://example.org.:8080?a", "http://example.org:8080/?a"],
    ["https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"],
    ["https://example.org/a/../b'%7e", "https://example.org/a/../b'%7e"],
    ["http://[::1]:80/", "http://[::1]/"],
    ["example.org/news", null],
    ["https://", null],
    ["https:/example.org/", null],
    ["https://user@example.org/", null],
    ["https://example.org\\@evil.example/", null],
    [" https://example.org/", null],
  ])("--url %s", (value, url) => {
    expect(read("url", value)).toBe(url === null ? null : `url ${url}`);
    expect(read("prefix", value)).toBe(url === null ? null : `prefix ${url}`);
  });

  test.each([
    ["Example.org", "example.org"],
    ["example.org:8443", "example.org:8443"],
    ["[::1]:8443", "[::1]:8443"],
    ["*", null],
    ["example.org/", null],
    ["https://example.org", null],
    ["", null],
  ])("--host %s", (value, host) => {
    expect(read("host", value)).toBe(host === null ? null : `host ${host}`);
  });

  test.each([
    [" Article-7 ", "article-7"],
    ["a b", "a b"],
    ["a,b", null],
    ["é", null],
    [" ", null],
  ])("--tag %j", (value, tag) => {
    expect(read("tag", value)).toBe(tag === null ? null : `tag ${tag}`);
  });

  test("reads what it has read as the same", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (text) => {
        const once = readTarget("url", text);
        if (!once.ok || once.target.kind !== "url") return;
        expect(readTarget("url", once.target.url)).toEqual(once);
      }),
    );
  });
});
