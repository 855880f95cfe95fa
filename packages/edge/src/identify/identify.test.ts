import { describe, expect, test } from "bun:test";
import { CidrSet } from "@egide/std/ip.ts";
import fc from "fast-check";
import { readAuthority } from "#identify/authority.ts";
import { clientAddress } from "#identify/client.ts";
import { FakeExchange } from "@egide/testkit/fake-exchange.ts";
import { forwardHeaders, isLoop } from "#identify/forward.ts";
import { identify } from "#identify/identify.ts";
import { requestIds } from "#identify/request-id.ts";
import { readTarget } from "#identify/target.ts";
import { ZoneTable } from "#identify/zones.ts";

describe("authority", () => {
  const cases: [string, string | null, string][] = [
    ["Example.ORG", "example.org", ""],
    ["example.org:8080", "example.org", "8080"],
    ["example.org.", "example.org", ""],
    ["example.org:", "example.org", ""],
    ["[2001:DB8::1]:443", "[2001:db8::1]", "443"],
    ["192.0.2.1", "192.0.2.1", ""],
    ["a@example.org", null, ""],
    ["example.org/path", null, ""],
    ["example.org:99999", null, ""],
    ["exa mple.org", null, ""],
    ["example.org, other.org", null, ""],
    ["..", null, ""],
    ["", null, ""],
    ["%65xample.org", null, ""],
  ];
  for (const [text, host, port] of cases) {
    test(JSON.stringify(text), () => {
      expect(readAuthority(text)).toEqual(host === null ? null : { host, port });
    });
  }
});

describe("target", () => {
  const cases: [string, string, string | null, string | null][] = [
    ["/a/../b?c", "GET", "/a/../b?c", null],
    ["*", "OPTIONS", "*", null],
    ["*", "GET", null, null],
    ["http://a.org/x?y", "GET", "/x?y", "a.org"],
    ["HTTPS://a.org", "GET", "/", "a.org"],
    ["http://a.org?x", "GET", "/?x", "a.org"],
    ["/a#b", "GET", null, null],
    ["a.org:443", "CONNECT", null, null],
    ["ftp://a.org/", "GET", null, null],
    ["", "GET", null, null],
  ];
  for (const [target, method, origin, authority] of cases) {
    test(`${method} ${target}`, () => {
      const read = readTarget(target, method);
      if (origin === null) expect(read).toBeNull();
      else expect(read).toMatchObject({ origin, authority });
    });
  }
});

describe("absolute-form and Host", () => {
  const zones = new ZoneTable<string>();
  zones.add("a.org", "zone");
  const who = { zoneId: (zone: string) => zone, gate: () => null };
  const directory = { zones, ...who, trustedProxies: new CidrSet([]), geo: null };
  const cases: [string, string, string | null][] = [
    ["http://a.org/x", "", null],
    ["http://a.org:80/x", "a.org", null],
    ["http://a.org/x", "a.org:80", null],
    ["https://a.org:443/x", "a.org", null],
    ["http://a.org:8080/x", "a.org:8080", null],
    ["http://a.org:/x", "a.org:80", null],
    ["http://a.org:443/x", "a.org", "edge.authority_mismatch"],
    ["https://a.org/x", "a.org:80", "edge.authority_mismatch"],
    ["http://a.org:8080/x", "a.org", "edge.authority_mismatch"],
    ["http://b.org/x", "a.org", "edge.authority_mismatch"],
    ["http://b.org/x", "", "edge.unknown_host"],
    ["http://u@a.org/x", "", "edge.host"],
    ["/x", "", "edge.unknown_host"],
  ];
  for (const [target, authority, fault] of cases) {
    test(`${target} to Host ${JSON.stringify(authority)}`, () => {
      const exchange = new FakeExchange({ target, authority, version: 10, scheme: "http" });
      const identified = identify(exchange, "id", 0, 0, directory);
      expect(identified.fault).toBe(fault as typeof identified.fault);
      if (fault === null) expect(identified.facts.zone).toBe("zone");
    });
  }
});

describe("client address", () => {
  const trusted = new CidrSet(["10.0.0.0/8", "2001:db8::/32"]);
  const cases: [string, string | null, string][] = [
    ["192.0.2.1", "203.0.113.9", "192.0.2.1"],
    ["10.0.0.1", null, "10.0.0.1"],
    ["10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["::ffff:10.0.0.1", "203.0.113.9:4711", "203.0.113.9"],
    ["10.0.0.1", "[2001:db9::7]:443", "2001:db9::7"],
    ["10.0.0.1", "unknown", "10.0.0.1"],
    ["10.0.0.1", "1.1.1.1, garbage, 10.0.0.2", "10.0.0.2"],
    ["10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  ];
  for (const [peer, chain, client] of cases) {
    test(`${peer} says ${chain}`, () => {
      const headers = chain === null ? [] : ["x-forwarded-for", chain];
      expect(clientAddress(peer, headers, trusted)).toBe(client);
    });
  }

  test("a stranger's list is never believed", () => {
    const nobody = new CidrSet([]);
    expect(clientAddress("192.0.2.1", ["X-Forwarded-For", "10.0.0.1"], nobody)).toBe("192.0.2.1");
  });
});

const BY = {
  client: "2001:db8::7",
  scheme: "https",
  authority: "example.org",
  requestId: "id",
  version: 20,
  pseudonym: "egide-1",
} as const;

describe("forwarded fields", () => {
  test("are rebuilt, and only end-to-end ones pass", () => {
    const headers = [
      "Host",
      "x",
      "Accept",
      "a",
      "Connection",
      "x-one",
      "X-One",
      "1",
      "TE",
      "trailers",
      "x-forwarded-for",
      "6.6.6.6",
      "X_Forwarded_For",
      "6.6.6.6",
      "Forwarded",
      "for=6.6.6.6",
      "Via",
      "1.0 older",
      "CDN-Loop",
      "other",
      "Cookie",
      "c",
      "Content-Length",
      "5",

      "Transfer-Encoding",
      "chunked",
      "Upgrade",
      "h2c",
      "HTTP2-Settings",
      "x",
      "X-Real-IP",
      "6",
    ];
    expect(forwardHeaders(headers, ["x-one"], BY)).toEqual([
      "Accept",
      "a",
      "Cookie",
      "c",
      "X-Forwarded-For",
      "2001:db8::7",
      "X-Forwarded-Proto",
      "https",
      "X-Forwarded-Host",
      "example.org",
      "Forwarded",
      'for="[2001:db8::7]";proto=https;host="example.org"',
      "X-Request-Id",
      "id",
      "Via",
      "1.0 older, 2 egide-1",
      "CDN-Loop",
      "other, egide-1",
    ]);
  });

  test("the quick look never lets a dropped name pass, whatever its case", () => {
    const names = [
      "host",
      "x-forwarded-for",
      "forwarded",
      "connection",
      "te",
      "upgrade",
      "keep-alive",
      "x-real-ip",
      "proxy-authorization",
      "transfer-encoding",
      "content-length",
      "true-client-ip",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(fc.boolean()), (name, caps) => {
        const mixed = name
          .split("")
          .map((char, i) =>
            caps[i % Math.max(1, caps.length)] === true ? char.toUpperCase() : char,
          )
          .join("");
        expect(forwardHeaders([mixed, "evil"], null, BY)).not.toContain("evil");
      }),
    );
  });

  for (const name of [
    "X-Forwarded-Prefix",
    "x-forwarded-user",
    "X_Forwarded_Uri",
    "Transfer_Encoding",
    "Proxy",
    "X-Forwarded-Some-Thing-That-Is-Longer-Than-The-Table",
  ]) {
    test(`${name} of a stranger does not reach the origin`, () => {
      expect(forwardHeaders([name, "evil"], null, BY)).not.toContain("evil");
    });
  }

  test("a loop is seen among other networks", () => {
    expect(isLoop(["cdn-loop", "a; x=1, EGIDE-1 ; y"], "egide-1")).toBe(true);
    expect(isLoop(["CDN-Loop", "egide-12"], "egide-1")).toBe(false);
  });
});

test("zones: exact before the longest wildcard before the rest", () => {
  const table = new ZoneTable<string>();
  table.add("*", "rest");
  table.add("*.example.org", "wild");
  table.add("*.deep.example.org", "deep");
  table.add("www.example.org", "exact");
  expect(
    ["www.example.org", "a.example.org", "a.b.deep.example.org", "example.org", "x"].map((host) =>
      table.find(host),
    ),
  ).toEqual(["exact", "wild", "deep", "rest", "rest"]);
});

test("request ids are all different, and of one length", () => {
  const next = requestIds();
  const ids = new Set(Array.from({ length: 5000 }, next));
  expect(ids.size).toBe(5000);
  expect(new Set([...ids].map((id) => id.length))).toEqual(new Set([20]));
});
