import { describe, expect, test } from "bun:test";
import { listsSchema, rulesSchema } from "@egide/contract/policy/rules.ts";
import { CidrSet } from "@egide/std/ip.ts";
import { FakeExchange, type FakeExchangeInit } from "@egide/testkit/fake-exchange.ts";
import fc from "fast-check";
import { compileRules, RuleError } from "#decide/rules/compile.ts";
import { requestHeaders, responseHeaders } from "#decide/rules/headers.ts";
import { judgeRules } from "#decide/rules/judge.ts";
import { ListError } from "#decide/rules/lists.ts";
import { schemesFor } from "#decide/rules/schemes.ts";
import { location, pathText, queryText } from "#decide/rules/target.ts";
import type { Doorkeeper, Facts } from "#facts.ts";
import { identify } from "#identify/identify.ts";
import { ZoneTable } from "#identify/zones.ts";

const OPEN: Doorkeeper = {
  cleared: () => null,
  bot: () => null,
  admits: () => true,
  welcomes: () => true,
};

function facts(init: FakeExchangeInit = {}): Facts<string> {
  const zones = new ZoneTable<string>();
  zones.add("*", "zone");
  const who = { zoneId: (zone: string) => zone, gate: () => null };
  const directory = { zones, ...who, trustedProxies: new CidrSet([]), geo: null };
  return identify(new FakeExchange(init), "req-1", 0, 0, directory).facts;
}

const lists = listsSchema.parse({
  office: { kind: "ip", items: ["192.0.2.0/24", "2001:db8::1"] },
  hosts: { kind: "hostname", items: ["example.org", "*.Example.net"] },
  systems: { kind: "asn", items: [64_496, "AS64500", "64505..64511"] },
  words: { kind: "string", items: ["café"] },
});
const schemes = schemesFor(lists);

function ready(rules: readonly object[]) {
  const described = rules.map((rule, i) => ({ id: `r${i}`, expression: "true", ...rule }));
  const compiled = compileRules(rulesSchema.parse(described), schemes);
  if (compiled === null) throw new Error("no rules");
  return compiled;
}

function judge(
  rules: readonly object[],
  init: FakeExchangeInit = {},
  over: Partial<Facts<string>> = {},
) {
  const of = { ...facts(init), ...over };
  return { verdict: judgeRules(ready(rules), of), facts: of };
}

describe("rules", () => {
  test("a zone without rules, or with none in force, has nothing to run", () => {
    expect(compileRules([], schemes)).toBeNull();
    const off = { id: "a", expression: "true", action: "block", enabled: false };
    expect(compileRules(rulesSchema.parse([off]), schemes)).toBeNull();
  });

  test("that do not hold leave no trace", () => {
    const { verdict, facts } = judge([{ action: "block", expression: 'http.host eq "other.org"' }]);
    expect([verdict.kind, facts.rules]).toEqual(["allow", null]);
  });

  test.each([
    [{ action: "block" }, { kind: "deny", status: 403, code: "rule.block" }],
    [
      { action: "block", status: 451, body: "No.", contentType: "text/plain" },
      { kind: "deny", status: 451, reply: { body: "No.", contentType: "text/plain" } },
    ],
    [{ action: "challenge" }, { kind: "challenge", mode: "managed", rule: "r0" }],
    [
      { action: "challenge", mode: "js" },
      { kind: "challenge", mode: "js" },
    ],
    [
      { action: "tarpit", seconds: 5 },
      { kind: "tarpit", seconds: 5, rule: "r0" },
    ],
    [
      { action: "redirect", to: "/new" },
      { kind: "redirect", status: 302, location: "/new" },
    ],
    [{ action: "log" }, { kind: "allow" }],
    [{ action: "allow" }, { kind: "allow" }],
  ])("%j gives %j", (rule, verdict) => {
    const judged = judge([rule]);
    expect(judged.verdict).toMatchObject(verdict);
    expect(judged.facts.rules).toEqual(["r0"]);
  });

  test("the first that lets pass or stops ends the phase; log does not", () => {
    const { verdict, facts } = judge([{ action: "log" }, { action: "block" }, { action: "log" }]);
    expect([verdict.kind, facts.rules]).toEqual(["deny", ["r0", "r1"]]);
  });

  test("redirects come before rewrites, rewrites before the rest, wherever they are written", () => {
    const rules = [
      { action: "block", expression: 'http.request.uri.path eq "/new"' },
      { action: "rewrite", path: "/new", expression: 'http.request.uri.path eq "/old"' },
      { action: "redirect", to: "/", expression: 'http.request.uri.path eq "/new"' },
    ];
    const old = judge(rules, { target: "/old?a=1" });
    expect([old.verdict.kind, old.facts.rules]).toEqual(["deny", ["r1", "r0"]]);
    expect([old.facts.target, old.facts.forward]).toEqual(["/old?a=1", "/new?a=1"]);
    expect(judge(rules, { target: "/new" }).verdict.kind).toBe("redirect");
  });

  test("skip leaves out what it names", () => {
    const rules = (skip: string[]) => [{ action: "skip", skip }, { action: "block" }];
    expect(judge(rules(["rules"])).verdict.kind).toBe("allow");
    const waf = judge(rules(["waf"]));
    expect(waf.verdict.kind).toBe("deny");
    expect(waf.facts.skipped).toEqual({ limits: false, waf: true, challenge: false });
    const both = judge([
      { action: "skip", skip: ["waf"] },
      { action: "skip", skip: ["limits", "rules"] },
    ]);
    expect(both.facts.skipped).toEqual({ limits: true, waf: true, challenge: false });
    const allow = judge([{ action: "allow" }, { action: "block" }]);
    expect(allow.facts.skipped).toEqual({ limits: true, waf: true, challenge: true });
    const challenge = judge([{ action: "skip", skip: ["challenge"] }, { action: "challenge" }]);
    expect(challenge.verdict.kind).toBe("allow");
  });

  test("who passed a challenge is not asked again, and stays subject to the rest", () => {
    const rules = [{ action: "challenge" }, { action: "block", expression: "ssl" }];
    expect(judge(rules).verdict.kind).toBe("challenge");
    expect(judge(rules, {}, { gate: OPEN }).verdict.kind).toBe("deny");
  });

  test("several rewrites: each sees what the one before left", () => {
    const rules = [
      { action: "rewrite", path: { expression: 'concat("/a", http.request.uri.path)' } },
      { action: "rewrite", path: { expression: 'concat("/b", http.request.uri.path)' } },
      {
        action: "rewrite",
        query: { expression: 'remove_query_args(http.request.uri.query, "x")' },
      },
    ];
    expect(judge(rules, { target: "/c?x=1&y=2" }).facts.forward).toBe("/b/a/c?y=2");
    expect(judge([{ action: "rewrite", query: "" }], { target: "/c?x=1" }).facts.forward).toBe(
      "/c",
    );
  });

  test("an expression without a result: no redirect, and no other path", () => {
    const missing = { expression: 'http.request.headers["none"][0]' };
    const redirect = judge([{ action: "redirect", to: missing }]);
    expect([redirect.verdict.kind, redirect.facts.rules]).toEqual(["allow", null]);
    expect(judge([{ action: "rewrite", path: missing }], { target: "/c" }).facts.forward).toBe(
      "/c",
    );
  });

  test("redirects keep the query when told to", () => {
    const to = (target: string, url: string) =>
      judge([{ action: "redirect", to: url, keepQuery: true }], { target }).verdict;
    expect(to("/a?b=c", "https://x/y")).toMatchObject({ location: "https://x/y?b=c" });
    expect(to("/a?b=c", "https://x/y?z#f")).toMatchObject({ location: "https://x/y?z&b=c#f" });
    expect(to("/a", "https://x/y")).toMatchObject({ location: "https://x/y" });
  });

  test("lists", () => {
    const holds = (
      expression: string,
      init: FakeExchangeInit = {},
      over: Partial<Facts<string>> = {},
    ) => judge([{ action: "block", expression }], init, over).verdict.kind === "deny";
    expect(holds("ip.src in $office", {}, { client: "192.0.2.9" })).toBe(true);
    expect(holds("ip.src in $office", {}, { client: "198.51.100.1" })).toBe(false);
    expect(holds("ip.src in $office", {}, { client: "2001:db8::1" })).toBe(true);
    const systems = [64_496, 64_500, 64_507].map((asnum) =>
      holds("ip.src.asnum in $systems", {}, { asnum }),
    );
    expect(systems).toEqual([true, true, true]);
    expect(holds("ip.src.asnum in $systems", {}, { asnum: 64_497 })).toBe(false);
    expect(holds("http.host in $hosts", { authority: "example.org" })).toBe(true);
    expect(holds("http.host in $hosts", { authority: "www.example.org" })).toBe(false);
    expect(holds("http.host in $hosts", { authority: "a.b.example.net" })).toBe(true);
    expect(holds("http.host in $hosts", { authority: "example.net" })).toBe(false);
    expect(holds("http.user_agent in $words", { headers: ["User-Agent", "caf\xc3\xa9"] })).toBe(
      true,
    );
  });
});

describe("header rules", () => {
  const rules = ready([
    {
      action: "request-headers",
      expression: 'http.request.uri.path eq "/a"',
      set: { "X-Country": { expression: "ip.src.country" }, "X-Fixed": "1" },
      add: { "X-More": "2", "X-Evil": { expression: 'http.request.headers["evil"][0]' } },
      remove: ["Cookie"],
    },
    {
      action: "response-headers",
      expression: "http.response.code eq 404",
      set: { "X-Code": { expression: "http.response.code" } },
      remove: ["Server"],
    },
  ]);

  test("change what the origin sees", () => {
    const of = facts({
      target: "/a",
      headers: ["Cookie", "a", "x-fixed", "old", "evil", "a\r\nb: c"],
    });
    of.country = "FR";
    const headers = requestHeaders(rules, of.exchange.head.headers, of);
    expect(headers).toEqual([
      "evil",
      "a\r\nb: c",
      "X-Country",
      "FR",
      "X-Fixed",
      "1",
      "X-More",
      "2",
    ]);
    expect(of.rules).toEqual(["r0"]);
    const other = facts({ target: "/b", headers: ["Cookie", "a"] });
    expect(requestHeaders(rules, other.exchange.head.headers, other)).toEqual(["Cookie", "a"]);
  });

  test("change what the visitor sees", () => {
    const answer = (status: number) => {
      const of = facts();
      const headers = ["Server", "x", "A", "b"];
      const response = { status, reason: "", headers, body: null, bodyLength: 0, tunnel: null };
      return responseHeaders(rules, response, of).headers;
    };
    expect(answer(404)).toEqual(["A", "b", "X-Code", "404"]);
    expect(answer(200)).toEqual(["Server", "x", "A", "b"]);
  });
});

describe("what is refused", () => {
  test.each([
    [{ action: "block", expression: 'http.hots eq "a"' }, ["expression"], "http.hots"],
    [{ action: "redirect", to: { expression: "lowr(http.host)" } }, ["to", "expression"], "lowr"],
    [
      { action: "redirect", to: { expression: "http.request.headers" } },
      ["to", "expression"],
      "one text",
    ],
    [
      { action: "request-headers", set: { A: { expression: "http.response.code" } } },
      ["set", "A", "expression"],
      "no field",
    ],
  ])("%j", (rule, path, message) => {
    let caught: unknown;
    try {
      ready([rule]);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(RuleError);
    expect((caught as RuleError).path).toEqual(path);
    expect((caught as RuleError).message).toContain(message);
  });

  test.each([
    [{ kind: "ip", items: ["192.0.2.1", "192.0.2.300"] }, 1],
    [{ kind: "asn", items: ["AS1", "x"] }, 1],
    [{ kind: "int", items: ["9..1"] }, 0],
  ])("a list %j", (list, index) => {
    expect(() => schemesFor(listsSchema.parse({ bad: list }))).toThrow(ListError);
    try {
      schemesFor(listsSchema.parse({ bad: list }));
    } catch (error) {
      expect((error as ListError).index).toBe(index);
    }
  });

  test.each([
    { id: "A", expression: "true", action: "block" },
    { id: "a", expression: "true", action: "fly" },
    { id: "a", expression: "true", action: "rewrite" },
    { id: "a", expression: "true", action: "request-headers", set: { Host: "x" } },
    { id: "a", expression: "true", action: "request-headers", set: { "X-A": "a\r\nb" } },
    { id: "a", expression: "", action: "block" },
  ])("%j", (rule) => {
    expect(rulesSchema.safeParse([rule]).success).toBe(false);
  });

  test("two rules of one name", () => {
    const rule = { id: "a", expression: "true", action: "block" };
    expect(rulesSchema.safeParse([rule, rule]).success).toBe(false);
  });
});

describe("targets made of a visitor's words", () => {
  const bytes = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((b) => String.fromCharCode(b)),
  });

  test("never end the line that they stand in", () => {
    fc.assert(
      fc.property(bytes, bytes, (text, query) => {
        const parts = [pathText(`/${text}`), queryText(text), location(`/${text}`, query)];
        for (const part of parts) expect(part ?? "").toMatch(/^[!-~]*$/);
        expect(pathText(`/${text}`)).not.toMatch(/[?#]/);
      }),
    );
  });

  test.each([
    ["//evil.example/x", "/evil.example/x"],
    ["/\\evil.example", "/evil.example"],
    ["/a//b", "/a//b"],
    ["https://x//y", "https://x//y"],
  ])("%s leads to %s, and to no other site", (text, to) => {
    expect(location(text, "")).toBe(to);
  });

  test.each(["javascript:alert(1)", "https:///x", "x", ""])("%s is nowhere to go", (text) => {
    expect(location(text, "")).toBeNull();
  });
});
