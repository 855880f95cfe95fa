import { describe, expect, test } from "bun:test";
import { configSchema } from "@egide/contract/config.ts";
import type { PurgeTarget } from "@egide/edge/cache/purge.ts";
import { resolveTargets } from "#purge/resolve.ts";

const { zones } = configSchema.parse({
  zones: [
    {
      id: "shop",
      hosts: ["example.org", "*.example.org"],
      origin: "http://127.0.0.1:1",
      cache: { key: { ignoreQuery: ["utm_*"], sortQuery: true } },
    },
    { id: "blog", hosts: ["blog.example.org"], origin: "http://127.0.0.1:1" },
  ],
});

const resolve = (zone: string, ...targets: PurgeTarget[]) =>
  resolveTargets({ op: "purge", zone, targets, soft: false }, zones);

describe("what a purge means for a zone", () => {
  test("a URL follows the zone's query rules, with the default port spelled out or not", () => {
    const url = "https://example.org/a?z=1&utm_source=x&b=2";
    expect(resolve("shop", { kind: "url", url })).toEqual([
      { kind: "url", url: "https://example.org/a?b=2&z=1" },
      { kind: "url", url: "https://example.org:443/a?b=2&z=1" },
    ]);
    expect(resolve("blog", { kind: "url", url: "http://blog.example.org:81/?z&a" })).toEqual([
      { kind: "url", url: "http://blog.example.org:81/?z&a" },
    ]);
  });

  test("a URL is purged as it was written and as browsers send it", () => {
    const urls = resolve("shop", { kind: "url", url: "http://www.example.org:81/a/../b" });
    expect(urls).toEqual([
      { kind: "url", url: "http://www.example.org:81/a/../b" },
      { kind: "url", url: "http://www.example.org:81/b" },
    ]);
  });

  test("hosts and prefixes stay within the zone; tags and everything are as they are", () => {
    expect(resolve("shop", { kind: "host", host: "www.example.org" })).toEqual(
      ["", ":80", ":443"].map((port) => ({ kind: "host", host: `www.example.org${port}` })),
    );
    expect(resolve("shop", { kind: "prefix", prefix: "http://example.org/img/" })).toEqual(
      ["", ":80"].map((port) => ({ kind: "prefix", prefix: `http://example.org${port}/img/` })),
    );
    const rest = [{ kind: "tag", tag: "a" }, { kind: "all" }] as const;
    expect(resolve("shop", ...rest)).toEqual(rest);
  });

  test.each([
    ["shp", { kind: "all" }, 'no zone "shp" is served here; did you mean shop?'],
    ["other", { kind: "all" }, "known: shop, blog"],
    ["shop", { kind: "host", host: "blog.example.org:81" }, "zone blog answers for blog.example"],
    ["blog", { kind: "url", url: "https://example.org/" }, "zone shop answers for example.org"],
    ["shop", { kind: "prefix", prefix: "https://example.com/" }, "no zone answers for example.com"],
    ["shop", { kind: "url", url: "nonsense" }, "not an absolute URL"],
  ] as const)("%s is refused %j", (zone, target, message) => {
    expect(() => resolve(zone, target)).toThrow(message);
  });
});
