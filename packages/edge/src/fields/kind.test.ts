import { expect, test } from "bun:test";
import { headerOrder } from "#fields/header-order.ts";
import { kindOf } from "#fields/kind.ts";

test.each([
  ["/", [], "page"],
  ["/a/b", ["Accept", "text/html,*/*"], "page"],
  ["/style.CSS", [], "asset"],
  ["/v1.2/about", [], "page"],
  ["/x.png?", ["Sec-Fetch-Dest", "document"], "page"],
  ["/x", ["Sec-Fetch-Dest", "image"], "asset"],
  ["/x", ["Sec-Fetch-Dest", "empty"], "data"],
  ["/feed.xml", [], "feed"],
  ["/blog/feed/", [], "feed"],
  ["/feeding/time", [], "page"],
  ["/b.rss", [], "feed"],
  ["/api/items", ["Accept", "application/json"], "data"],
  ["/b/catalog.json", [], "data"],
  ["/thumb", ["Accept", "image/avif,*/*"], "asset"],
] as const)("%s %p is a %s", (path, headers, expected) => {
  expect(kindOf(path, [...headers])).toBe(expected);
});

test("the print goes by names, order and spelling, not by what changes from page to page", () => {
  const one = headerOrder(["User-Agent", "x", "Accept", "y"]);
  expect(headerOrder(["User-Agent", "z", "Cookie", "c", "Accept", "y", "Referer", "r"])).toBe(one);
  expect(headerOrder(["Accept", "y", "User-Agent", "x"])).not.toBe(one);
  expect(headerOrder(["user-agent", "x", "accept", "y"])).not.toBe(one);
  expect(one).toMatch(/^[0-9a-f]{8}$/);
});
