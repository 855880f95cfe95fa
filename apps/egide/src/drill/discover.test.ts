import { expect, test } from "bun:test";
import { readSite } from "#drill/discover.ts";

test("pages, files and the feed of a start page, those of others left out", () => {
  const page = `<link rel=stylesheet href=/a.css><link rel="alternate" href="/feed.xml">
    <img src="//site.test/b.png?v=2"><script src='https://cdn.other.test/x.js'></script>
    <a href="news?page=2">n</a><a href="/">home</a><a href="https://other.test/">o</a><a href="mailto:a@b">m</a>`;
  expect(readSite(page, "site.test")).toEqual({
    pages: ["/", "/news?page=2"],
    assets: ["/a.css", "/b.png?v=2"],
    feed: "/feed.xml",
    data: null,
    form: null,
  });
});

test("a page without anything is still a page", () => {
  expect(readSite("", "site.test")).toEqual({
    pages: ["/"],
    assets: [],
    feed: null,
    data: null,
    form: null,
  });
});
