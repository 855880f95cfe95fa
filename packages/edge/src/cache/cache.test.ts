import { beforeEach, describe, expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import type { Fetch } from "#stream.ts";
import { type Cache, createCache } from "./cache.ts";
import { FakeOrigin, originDown, settingsOf, travelled, visit } from "./fake-origin.ts";
import type { PurgeEvent } from "./purge.ts";

const FRESH = ["Cache-Control", "max-age=60"];
let clock: FakeClock;
let origin: FakeOrigin;
let cache: Cache;
let events: PurgeEvent[];
let get: Fetch;

beforeEach(() => {
  clock = new FakeClock();
  origin = new FakeOrigin();
  events = [];
  cache = createCache({
    clock,
    memoryBytes: 1 << 20,
    memoryObjectBytes: 65_536,
    onPurge: (event) => events.push(event),
  });
  get = cache.wrap(settingsOf(), "zone", origin.fetch);
});

function use(change: Record<string, unknown>): void {
  get = cache.wrap(settingsOf(change), "zone", origin.fetch);
}

/** Fetches once, so that `headers` and `body` are stored for `target`. */
function prime(headers: string[] = FRESH, body = "hello", target = "/"): void {
  const first = visit(get, { target });
  origin.last.answer(200, headers, body);
  expect(first.text).toBe(body);
}

describe("hits", () => {
  test("come at once, in one chunk, with Age and Cache-Status", () => {
    prime();
    clock.advance(10_000);
    const hit = visit(get);
    expect(hit.ended).toBe(true);
    expect(hit.chunks).toHaveLength(1);
    expect(hit.text).toBe("hello");
    expect(hit.header("age")).toBe("10");
    expect(hit.cacheStatus).toBe("Egide; hit; ttl=50");
    expect(origin.asked).toHaveLength(1);
  });

  test("differ by scheme, host and query", () => {
    prime();
    for (const ask of [
      { scheme: "http" as const },
      { authority: "other.org" },
      { target: "/?a=1" },
    ]) {
      visit(get, ask);
    }
    expect(origin.asked).toHaveLength(4);
  });

  test("end with the lifetime", () => {
    prime();
    clock.advance(60_000);
    visit(get);
    expect(origin.asked).toHaveLength(2);
  });

  test("answer HEAD without a body", () => {
    prime();
    const head = visit(get, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.response_?.body).toBeNull();
    expect(head.response_?.bodyLength).toBe(5);
    expect(origin.asked).toHaveLength(1);
  });

  test("never lend a visitor the stored header list", () => {
    prime();
    visit(get).response_?.headers.push("X-Evil", "1");
    expect(visit(get).header("x-evil")).toBeUndefined();
  });
});

describe("what may not be stored", () => {
  const cases: [string, string[], string[]][] = [
    ["no-store", ["Cache-Control", "no-store, max-age=60"], []],
    ["private", ["Cache-Control", "private, max-age=60"], []],
    ["set-cookie", [...FRESH, "Set-Cookie", "a=b"], []],
    ["vary", [...FRESH, "Vary", "*"], []],
    ["authorization", FRESH, ["Authorization", "Basic eA=="]],
    ["no-freshness", [], []],
    ["must-understand", ["Cache-Control", "max-age=60, must-understand"], []],
  ];
  for (const [why, headers, request] of cases) {
    test(why, () => {
      const first = visit(get, { headers: request });
      origin.last.answer(why === "must-understand" ? 299 : 200, headers, "x");
      expect(first.cacheStatus).toBe(`Egide; fwd=uri-miss; detail=${why}`);
      expect(first.text).toBe("x");
      visit(get);
      expect(origin.asked).toHaveLength(2);
    });
  }

  test("Authorization with leave to store", () => {
    visit(get, { headers: ["Authorization", "x"] });
    origin.last.answer(200, ["Cache-Control", "public, max-age=60"], "x");
    expect(visit(get).text).toBe("x");
    use({ authorization: "never" });
    visit(get, { headers: ["Authorization", "x"], target: "/2" });
    origin.last.answer(200, ["Cache-Control", "public, max-age=60"], "x");
    expect(visit(get, { target: "/2" }).response_).toBeNull();
  });

  test("Set-Cookie stripped or stored by setting", () => {
    use({ setCookie: "strip" });
    const first = visit(get);
    origin.last.answer(200, [...FRESH, "Set-Cookie", "a=b"], "x");
    expect(first.header("set-cookie")).toBe("a=b");
    expect(visit(get).header("set-cookie")).toBeUndefined();
    use({ setCookie: "store" });
    visit(get, { target: "/2" });
    origin.last.answer(200, [...FRESH, "Set-Cookie", "a=b"], "x");
    expect(visit(get, { target: "/2" }).header("set-cookie")).toBe("a=b");
  });

  test("fields named by no-cache and private", () => {
    prime(["Cache-Control", 'max-age=60, no-cache="a", private="b, c"', "A", "1", "C", "2"]);
    const hit = visit(get);
    expect(hit.header("a")).toBeUndefined();
    expect(hit.header("c")).toBeUndefined();
  });

  test("bodies cut short", () => {
    const first = visit(get);
    const body = origin.last.stream(200, FRESH, 10);
    body.data("12345");
    body.fail();
    expect(first.error?.code).toBe("origin.connect");
    visit(get);
    expect(origin.asked).toHaveLength(2);
  });

  test("bodies that end before their length", () => {
    const first = visit(get);
    const body = origin.last.stream(200, FRESH, 10);
    body.data("12345");
    body.end();
    expect(first.error?.code).toBe("cache.length_mismatch");
    visit(get);
    expect(origin.asked).toHaveLength(2);
  });
});

describe("targeted fields (RFC 9213)", () => {
  test("win over Cache-Control, both ways", () => {
    prime(["Cache-Control", "no-store", "CDN-Cache-Control", "max-age=60"]);
    expect(visit(get).text).toBe("hello");
    visit(get, { target: "/2" });
    origin.last.answer(200, [...FRESH, "CDN-Cache-Control", "private"], "x");
    visit(get, { target: "/2" });
    expect(origin.asked).toHaveLength(3);
  });

  test("are ignored where they are broken or of a wrong type", () => {
    for (const value of ["max-age=60, &&&", 'max-age="60"', "", "max-age"]) {
      const before = origin.asked.length;
      const target = `/${before}`;
      visit(get, { target });
      origin.last.answer(200, ["Cache-Control", "no-store", "CDN-Cache-Control", value], "x");
      visit(get, { target });
      expect(origin.asked).toHaveLength(before + 2);
    }
  });
});

describe("validation", () => {
  test("freshens by 304 and serves the stored body", () => {
    prime([...FRESH, "ETag", '"v1"', "X-A", "1"]);
    clock.advance(61_000);
    const second = visit(get);
    expect(origin.last.header("if-none-match")).toBe('"v1"');
    origin.last.answer(304, [...FRESH, "X-A", "2"]);
    expect(second.text).toBe("hello");
    expect(second.header("x-a")).toBe("2");
    expect(second.cacheStatus).toBe("Egide; fwd=stale; fwd-status=304");
    expect(visit(get).cacheStatus).toBe("Egide; hit; ttl=60");
  });

  test("a 304 that says private is for the one who asked alone", () => {
    prime([...FRESH, "ETag", '"v1"']);
    clock.advance(61_000);
    const [first, second] = [visit(get), visit(get)];
    origin.last.answer(304, ["Cache-Control", "private, max-age=60", "ETag", '"v1"']);
    expect(first.text).toBe("hello");
    expect(second.response_).toBeNull();
    expect(origin.last.header("if-none-match")).toBeUndefined();
  });

  test("replaces by 200", () => {
    prime([...FRESH, "ETag", '"v1"']);
    clock.advance(61_000);
    const second = visit(get);
    origin.last.answer(200, [...FRESH, "ETag", '"v2"'], "new");
    expect(second.text).toBe("new");
    expect(visit(get).text).toBe("new");
  });

  test("must-revalidate holds even when the origin is down", () => {
    prime(["Cache-Control", "max-age=60, must-revalidate"]);
    clock.advance(61_000);
    const second = visit(get);
    origin.last.sink.fail(originDown());
    expect(second.error?.code).toBe("origin.connect");
    expect(second.response_).toBeNull();
  });

  test("a visitor's conditions are answered from the store", () => {
    prime([...FRESH, "ETag", '"v1"', "Content-Type", "text/plain"]);
    const hit = visit(get, { headers: ["If-None-Match", 'W/"v1", "x"'] });
    expect(hit.status).toBe(304);
    expect(hit.header("etag")).toBe('"v1"');
    expect(hit.header("content-type")).toBeUndefined();
    expect(visit(get, { headers: ["If-None-Match", '"v2"'] }).status).toBe(200);
    expect(visit(get, { headers: ["If-Match", '"v1"'] }).response_).toBeNull();
  });

  test("a stale answer comes at once within stale-while-revalidate, one refresh behind it", () => {
    prime(["Cache-Control", "max-age=60, stale-while-revalidate=30", "ETag", '"v1"']);
    clock.advance(70_000);
    expect(visit(get).text).toBe("hello");
    expect(visit(get).cacheStatus).toBe("Egide; hit; ttl=-10");
    expect(origin.asked).toHaveLength(2);
    origin.last.answer(200, [...FRESH, "ETag", '"v2"'], "new");
    expect(visit(get).text).toBe("new");
  });

  test("a HEAD freshens or ages what a GET stored", () => {
    prime([...FRESH, "ETag", '"v1"']);
    clock.advance(61_000);
    visit(get, { method: "HEAD" });
    origin.last.answer(200, [...FRESH, "ETag", '"v1"'], "hello");
    expect(visit(get).text).toBe("hello");
    visit(get, { method: "HEAD", headers: ["Cache-Control", "no-cache"] });
    origin.last.answer(200, [...FRESH, "ETag", '"v2"'], "other");
    expect(visit(get).response_).toBeNull();
  });
});

describe("always online", () => {
  test("shows the last good copy, marked, when the origin fails or answers 5xx", () => {
    prime();
    clock.advance(3_600_000);
    const failed = visit(get);
    origin.last.sink.fail(originDown());
    expect(failed.text).toBe("hello");
    expect(failed.header("egide-stale")).toBe("origin-down");
    expect(failed.cacheStatus).toBe("Egide; fwd=stale; detail=origin-down");
    const error = visit(get);
    origin.last.answer(503, [], "sorry");
    expect(error.text).toBe("hello");
    expect(error.cacheStatus).toBe("Egide; fwd=stale; fwd-status=503; detail=origin-down");
  });

  test("has a bound", () => {
    use({ alwaysOnline: { maxSeconds: 100 } });
    prime();
    clock.advance(161_000);
    const failed = visit(get);
    origin.last.sink.fail(originDown());
    expect(failed.response_).toBeNull();
  });

  test("keeps the old copy when the new one breaks off", () => {
    prime();
    clock.advance(61_000);
    const second = visit(get);
    const body = origin.last.stream(200, FRESH, 10);
    body.data("123");
    body.fail();
    expect(second.error).not.toBeNull();
    const third = visit(get);
    origin.last.sink.fail(originDown());
    expect(third.text).toBe("hello");
  });
});

describe("collapsing", () => {
  test("one request for many visitors, who read while it comes in", () => {
    const visits = Array.from({ length: 5 }, () => visit(get));
    expect(origin.asked).toHaveLength(1);
    const body = origin.last.stream(200, FRESH);
    body.data("first ");
    const late = visit(get);
    expect(late.text).toBe("first ");
    body.data("second");
    body.end();
    for (const each of [...visits, late]) {
      expect(each.text).toBe("first second");
      expect(each.ended).toBe(true);
    }
    expect(visits[1]?.cacheStatus).toBe("Egide; fwd=uri-miss; stored; collapsed");
    expect(late.cacheStatus).toContain("Egide; hit");
    expect(cache.stats().collapsed).toBe(4);
  });

  test("what can't be shared goes to the first alone", () => {
    const [first, second, third] = [visit(get), visit(get), visit(get)];
    origin.last.answer(200, ["Cache-Control", "private"], "mine");
    expect(first.text).toBe("mine");
    expect(second.response_).toBeNull();
    expect(origin.asked).toHaveLength(3);
    origin.asked[1]?.answer(200, ["Cache-Control", "private"], "yours");
    origin.asked[2]?.answer(200, ["Cache-Control", "private"], "theirs");
    expect([second.text, third.text]).toEqual(["yours", "theirs"]);
    // Known for a while: nobody waits.
    visit(get);
    visit(get);
    expect(origin.asked).toHaveLength(5);
  });

  test("other variants go their own way", () => {
    const english = visit(get, { headers: ["Foo", "1"] });
    const french = visit(get, { headers: ["Foo", "2"] });
    origin.last.answer(200, [...FRESH, "Vary", "Foo"], "one");
    expect(english.text).toBe("one");
    expect(french.response_).toBeNull();
    origin.last.answer(200, [...FRESH, "Vary", "Foo"], "two");
    expect(french.text).toBe("two");
    expect(visit(get, { headers: ["Foo", "1"] }).text).toBe("one");
  });

  test("a visitor who leaves doesn't take the others along", () => {
    const [first, second] = [visit(get), visit(get)];
    first.call?.cancel();
    expect(origin.last.cancelled).toBe(false);
    origin.last.answer(200, FRESH, "x");
    expect(first.response_).toBeNull();
    expect(second.text).toBe("x");
    const alone = visit(get, { target: "/2" });
    alone.call?.cancel();
    expect(origin.last.cancelled).toBe(true);
  });

  test("the first one leaves and the answer turns out private", () => {
    const [first, second] = [visit(get), visit(get)];
    first.call?.cancel();
    origin.last.answer(200, ["Cache-Control", "private"], "x");
    expect(origin.asked).toHaveLength(2);
    origin.last.answer(200, ["Cache-Control", "private"], "y");
    expect(second.text).toBe("y");
  });

  test("a failure reaches everyone, who may try again", () => {
    const visits = [visit(get), visit(get)];
    origin.last.sink.fail(originDown());
    for (const each of visits) expect(each.error?.code).toBe("origin.connect");
    visit(get);
    expect(origin.asked).toHaveLength(2);
  });

  test("a stalled reader holds up nobody", () => {
    const slow = visit(get, { stalled: true });
    const fast = visit(get);
    const body = origin.last.stream(200, FRESH);
    body.data("a".repeat(40_000));
    body.end();
    expect(fast.ended).toBe(true);
    expect(slow.chunks).toHaveLength(0);
    slow.response_?.body?.resume();
    expect(slow.text).toBe(fast.text);
  });

  test("a server error doesn't line up those who waited, nor end collapsing for long", () => {
    const visits = Array.from({ length: 4 }, () => visit(get));
    origin.last.answer(500, [], "no");
    expect(origin.asked).toHaveLength(4);
    for (const asked of origin.asked.slice(1)) asked.answer(500, [], "no");
    for (const each of visits) expect(each.status).toBe(500);
    clock.advance(1001);
    visit(get);
    visit(get);
    expect(origin.asked).toHaveLength(5);
  });

  test("goes on beside purges of other things", () => {
    visit(get);
    cache.purge("zone", { kind: "url", url: "https://example.org/other" });
    visit(get);
    expect(origin.asked).toHaveLength(1);
    cache.purge("zone", { kind: "tag", tag: "a" });
    visit(get);
    expect(origin.asked).toHaveLength(2);
  });

  test("known variants are waited for apart", () => {
    visit(get, { headers: ["Foo", "1"] });
    origin.last.answer(200, [...FRESH, "Vary", "Foo"], "one");
    visit(get, { headers: ["Foo", "2"] });
    visit(get, { headers: ["Foo", "3"] });
    visit(get, { headers: ["Foo", "3"] });
    expect(origin.asked).toHaveLength(3);
  });

  test("waiters are bounded", () => {
    use({ collapse: { maxWaiters: 2 } });
    for (let i = 0; i < 5; i++) visit(get);
    expect(origin.asked.length).toBeGreaterThan(1);
  });
});

describe("bodies too large to keep", () => {
  test("are relayed with back-pressure, and a laggard is dropped after a while", () => {
    const slow = visit(get, { stalled: true });
    const fast = visit(get);
    const body = origin.last.stream(200, FRESH);
    const chunk = Buffer.alloc(65_536, 97);
    for (let i = 0; i < 40; i++) body.data(chunk);
    expect(body.paused).toBe(true);
    expect(fast.chunks.length).toBeGreaterThan(10);
    clock.advance(5001);
    expect(body.paused).toBe(false);
    slow.response_?.body?.resume();
    expect(slow.error?.code).toBe("cache.reader_too_slow");
    body.end();
    expect(Buffer.concat(fast.chunks)).toHaveLength(40 * 65_536);
    visit(get);
    expect(origin.asked).toHaveLength(2);
  });

  test("stop when nobody reads any more", () => {
    const only = visit(get);
    const body = origin.last.stream(200, FRESH);
    for (let i = 0; i < 3; i++) body.data(Buffer.alloc(65_536));
    only.response_?.body?.cancel();
    expect(body.cancelled).toBe(true);
  });
});

describe("ranges", () => {
  beforeEach(() => prime([...FRESH, "ETag", '"v"', "Content-Type", "text/plain"], "0123456789"));

  const range = (value: string, more: string[] = []) =>
    visit(get, { headers: ["Range", value, ...more] });

  test("single, open and suffix", () => {
    expect(range("bytes=2-4").text).toBe("234");
    expect(range("bytes=2-4").header("content-range")).toBe("bytes 2-4/10");
    expect(range("bytes=7-").text).toBe("789");
    expect(range("bytes=-3").text).toBe("789");
    expect(range("bytes=5-100").text).toBe("56789");
    expect(range("bytes=2-4").response_?.bodyLength).toBe(3);
  });

  test("that can't be satisfied, or aren't ranges", () => {
    expect(range("bytes=10-").status).toBe(416);
    expect(range("bytes=10-").header("content-range")).toBe("bytes */10");
    for (const odd of ["bytes=4-2", "lines=1-2", "bytes=a-b", "bytes=-"]) {
      expect(range(odd).status).toBe(200);
    }
  });

  test("several at once", () => {
    const many = range("bytes=0-1, 8-");
    expect(many.status).toBe(206);
    expect(many.response_?.bodyLength).toBe(many.text.length);
    const boundary = many.header("content-type")?.split("boundary=")[1];
    expect(many.text.split(`--${boundary}`)).toHaveLength(4);
    expect(many.text).toContain("Content-Range: bytes 8-9/10\r\n\r\n89");
  });

  test("If-Range", () => {
    expect(range("bytes=0-1", ["If-Range", '"v"']).status).toBe(206);
    expect(range("bytes=0-1", ["If-Range", '"w"']).status).toBe(200);
    expect(range("bytes=0-1", ["If-Range", 'W/"v"']).status).toBe(200);
  });
});

describe("partial content", () => {
  const part = (from: number, to: number) => [
    ...FRESH,
    "ETag",
    '"v"',
    "Content-Range",
    `bytes ${from}-${to}/10`,
  ];

  test("is stored, joined and completed", () => {
    visit(get, { headers: ["Range", "bytes=0-3"] });
    origin.last.answer(206, part(0, 3), "0123");
    expect(visit(get, { headers: ["Range", "bytes=1-2"] }).text).toBe("12");
    visit(get, { headers: ["Range", "bytes=4-5"] });
    origin.last.answer(206, part(4, 5), "45");
    expect(visit(get, { headers: ["Range", "bytes=2-5"] }).text).toBe("2345");
    const whole = visit(get);
    expect(origin.last.header("range")).toBe("bytes=6-");
    expect(origin.last.header("if-range")).toBe('"v"');
    origin.last.answer(206, part(6, 9), "6789");
    expect(whole.status).toBe(200);
    expect(whole.text).toBe("0123456789");
    expect(visit(get).cacheStatus).toContain("hit");
  });

  test("is replaced where the origin has something new", () => {
    visit(get, { headers: ["Range", "bytes=0-3"] });
    origin.last.answer(206, part(0, 3), "0123");
    const whole = visit(get);
    origin.last.answer(200, [...FRESH, "ETag", '"w"'], "abcdef");
    expect(whole.text).toBe("abcdef");
  });

  test("of another representation isn't mixed in", () => {
    visit(get, { headers: ["Range", "bytes=0-3"] });
    origin.last.answer(206, part(0, 3), "0123");
    const whole = visit(get);
    origin.last.answer(206, [...FRESH, "ETag", '"w"', "Content-Range", "bytes 4-9/10"], "456789");
    expect(whole.response_).toBeNull();
    expect(origin.last.header("range")).toBeUndefined();
    origin.last.answer(200, [...FRESH, "ETag", '"w"'], "abcdefghij");
    expect(whole.text).toBe("abcdefghij");
  });

  test("becomes whole when the stretches add up", () => {
    visit(get, { headers: ["Range", "bytes=0-3"] });
    origin.last.answer(206, part(0, 3), "0123");
    visit(get, { headers: ["Range", "bytes=4-9"] });
    origin.last.answer(206, part(4, 9), "456789");
    const whole = visit(get);
    expect(whole.status).toBe(200);
    expect(whole.text).toBe("0123456789");
    expect(whole.header("content-range")).toBeUndefined();
    expect(origin.asked).toHaveLength(2);
  });

  test("a range of everything is fetched whole", () => {
    const player = visit(get, { headers: ["Range", "bytes=0-"] });
    expect(origin.last.header("range")).toBeUndefined();
    origin.last.answer(200, FRESH, "0123456789");
    expect(player.status).toBe(206);
    expect(player.header("content-range")).toBe("bytes 0-9/10");
    expect(visit(get, { headers: ["Range", "bytes=5-"] }).text).toBe("56789");
    expect(origin.asked).toHaveLength(1);
  });

  test("that contradicts its length isn't believed", () => {
    const first = visit(get, { headers: ["Range", "bytes=0-3"] });
    origin.last.answer(206, part(0, 5), "0123");
    expect(first.text).toBe("0123");
    visit(get, { headers: ["Range", "bytes=0-3"] });
    expect(origin.asked).toHaveLength(2);
  });
});

describe("invalidation", () => {
  test("by a successful unsafe request, for its URL and those it names", () => {
    prime(FRESH, "a", "/a");
    prime(FRESH, "b", "/b");
    prime(FRESH, "c", "/c");
    visit(get, { method: "POST", target: "/a" });
    origin.last.answer(201, ["Location", "/b", "Content-Location", "https://evil.org/c"]);
    visit(get, { target: "/a" });
    visit(get, { target: "/b" });
    expect(origin.asked).toHaveLength(6);
    expect(visit(get, { target: "/c" }).text).toBe("c");
    expect(events.map((event) => event.target)).toHaveLength(2);
  });

  test("not by a failed or a safe one", () => {
    prime();
    visit(get, { method: "DELETE" });
    origin.last.answer(500, []);
    visit(get, { method: "OPTIONS" });
    origin.last.answer(200, []);
    expect(visit(get).text).toBe("hello");
  });

  test("a POST may leave what a GET will find", () => {
    visit(get, { method: "POST", target: "/p" });
    origin.last.answer(200, [...FRESH, "Content-Location", "/p"], "made");
    expect(visit(get, { target: "/p" }).text).toBe("made");
  });
});

describe("purges", () => {
  const url = "https://example.org/a/b?c=1";
  beforeEach(() => prime([...FRESH, "ETag", '"v"', "Cache-Tag", "News, blog"], "x", "/a/b?c=1"));
  const again = () => visit(get, { target: "/a/b?c=1" });

  for (const target of [
    { kind: "url", url },
    { kind: "prefix", prefix: "https://example.org/a/" },
    { kind: "tag", tag: "news" },
    { kind: "host", host: "example.org" },
    { kind: "all" },
  ] as const) {
    test(`by ${target.kind}, hard`, () => {
      cache.purge("zone", target);
      expect(again().response_).toBeNull();
      expect(origin.last.header("if-none-match")).toBeUndefined();
    });

    test(`by ${target.kind}, soft`, () => {
      cache.purge("zone", target, true);
      const second = again();
      expect(origin.last.header("if-none-match")).toBe('"v"');
      origin.last.answer(304, FRESH);
      expect(second.text).toBe("x");
      expect(again().cacheStatus).toBe("Egide; hit; ttl=60");
    });
  }

  test("leave others alone", () => {
    cache.purge("zone", { kind: "url", url: "https://example.org/a/b" });
    cache.purge("zone", { kind: "tag", tag: "new" });
    cache.purge("other", { kind: "all" });
    expect(again().text).toBe("x");
  });

  test("catch what is on its way in", () => {
    const first = visit(get, { target: "/slow" });
    cache.purge("zone", { kind: "all" });
    const second = visit(get, { target: "/slow" });
    expect(origin.asked).toHaveLength(3);
    origin.asked[1]?.answer(200, FRESH, "old");
    expect(first.text).toBe("old");
    origin.asked[2]?.answer(200, FRESH, "new");
    expect(second.text).toBe("new");
    expect(visit(get, { target: "/slow" }).text).toBe("new");
  });

  test("reach other workers", () => {
    const elsewhere = new FakeOrigin();
    const other = createCache({ clock, memoryBytes: 1 << 20 });
    const there = other.wrap(settingsOf(), "zone", elsewhere.fetch);
    visit(there);
    elsewhere.last.answer(200, FRESH, "x");
    cache.purge("zone", { kind: "all" });
    for (const event of events) other.applyPurge(travelled(event));
    visit(there);
    expect(elsewhere.asked).toHaveLength(2);
  });
});

describe("rules", () => {
  test("keys: ignored and sorted parameters, cookies, headers, device", () => {
    use({
      key: { ignoreQuery: ["utm_*"], sortQuery: true, cookies: ["lang"], device: true },
    });
    prime(FRESH, "x", "/?b=2&utm_source=y&a=1");
    expect(visit(get, { target: "/?a=1&b=2&utm_x=1" }).text).toBe("x");
    expect(
      visit(get, { target: "/?a=1&b=2", headers: ["Cookie", "z=1; lang=fr"] }).response_,
    ).toBeNull();
    const phone = ["User-Agent", "Mozilla/5.0 (iPhone) Mobile"];
    expect(visit(get, { target: "/?a=1&b=2", headers: phone }).response_).toBeNull();
  });

  test("lifetimes by path and status", () => {
    use({
      rules: [
        { path: "/static/*", mode: "override", ttlSeconds: 100 },
        { path: "/pages/*", mode: "default", ttlSeconds: 50 },
        { path: "/admin*", mode: "bypass" },
      ],
      negative: [{ statuses: [404], ttlSeconds: 10 }],
    });
    prime(["Cache-Control", "no-store"], "s", "/static/a");
    expect(visit(get, { target: "/static/a" }).cacheStatus).toBe("Egide; hit; ttl=100");
    prime([], "p", "/pages/a");
    expect(visit(get, { target: "/pages/a" }).cacheStatus).toBe("Egide; hit; ttl=50");
    const admin = visit(get, { target: "/admin/" });
    origin.last.answer(200, FRESH, "x");
    expect(admin.cacheStatus).toBe("Egide; fwd=bypass");
    visit(get, { target: "/none" });
    origin.last.answer(404, [], "no");
    expect(visit(get, { target: "/none" }).status).toBe(404);
    clock.advance(11_000);
    expect(visit(get, { target: "/none" }).response_).toBeNull();
  });

  test("request directives, honoured or ignored", () => {
    prime();
    expect(visit(get, { headers: ["Cache-Control", "no-cache"] }).response_).toBeNull();
    expect(visit(get, { headers: ["Pragma", "no-cache"] }).response_).toBeNull();
    expect(visit(get, { headers: ["Cache-Control", "min-fresh=61"] }).response_).toBeNull();
    const only = visit(get, { target: "/2", headers: ["Cache-Control", "only-if-cached"] });
    expect(only.status).toBe(504);
    use({ requestDirectives: "ignore" });
    expect(visit(get, { headers: ["Cache-Control", "no-cache"] }).text).toBe("hello");
  });

  test("variants are bounded", () => {
    use({ limits: { variants: 2 } });
    for (const foo of ["1", "2", "3"]) {
      visit(get, { headers: ["Foo", foo] });
      origin.last.answer(200, [...FRESH, "Vary", "Foo"], foo);
    }
    expect(visit(get, { headers: ["Foo", "1"] }).response_).toBeNull();
    expect(visit(get, { headers: ["Foo", "3"] }).text).toBe("3");
  });
});

test("memory stays within its bound", () => {
  for (let i = 0; i < 500; i++) prime(FRESH, "x".repeat(10_000), `/${i}`);
  const stats = cache.stats();
  expect(stats.memoryBytes).toBeLessThanOrEqual(1 << 20);
  expect(stats.entries).toBeGreaterThan(50);
  expect(stats.evicted + stats.entries).toBe(500);
});

test("1xx reach the first visitor alone", () => {
  const [first, second] = [visit(get), visit(get)];
  origin.last.sink.informational(103, ["Link", "</a.css>"]);
  origin.last.answer(200, FRESH, "x");
  expect(first.informed).toEqual([103]);
  expect(second.informed).toEqual([]);
});
