import { describe, expect, test } from "bun:test";
import type { Clearance } from "@egide/challenge/verify/clearance.ts";
import { configSchema } from "@egide/contract/config.ts";
import { rateLimitsSchema } from "@egide/contract/policy/rate-limit.ts";
import { createLimitMemory } from "@egide/limit/cells.ts";
import { KeyHash } from "@egide/limit/key.ts";
import { Limiter } from "@egide/limit/limiter.ts";
import { CidrSet, parseIp } from "@egide/std/ip.ts";
import { FakeExchange, type FakeExchangeInit } from "@egide/testkit/fake-exchange.ts";
import fc from "fast-check";
import { addressWords } from "#decide/limits/address.ts";
import { compileLimits } from "#decide/limits/compile.ts";
import { chargeLimits, judgeLimits, seeAnswer } from "#decide/limits/limits.ts";
import { RuleError } from "#decide/rules/compile.ts";
import { schemesFor } from "#decide/rules/schemes.ts";
import type { Doorkeeper, Facts } from "#facts.ts";
import { identify } from "#identify/identify.ts";
import { ZoneTable } from "#identify/zones.ts";
import { formatIp } from "#kernel/prefix.ts";
import type { OriginResponse } from "#stream.ts";

const schemes = schemesFor({});
const OPEN: Doorkeeper = {
  cleared: () => null,
  bot: () => null,
  admits: () => true,
  welcomes: () => true,
};

/** The door of a visitor whose clearance belongs to a session. */
function holding(session: string): Doorkeeper {
  return {
    cleared: () => ({ session }) as Clearance,
    bot: () => null,
    admits: () => false,
    welcomes: () => false,
  };
}

function setUp(rules: readonly object[]) {
  const memory = createLimitMemory(1_000_000);
  let time = 10_000_000;
  const counters = {
    limiter: new Limiter(memory),
    hash: new KeyHash(memory.secret),
    now: () => time,
  };
  const written = rules.map((rule, i) => ({
    id: `l${i}`,
    action: "block",
    limit: 3,
    period: 60,
    ...rule,
  }));
  const ready = compileLimits("site", rateLimitsSchema.parse(written), schemes, counters.hash);
  if (ready === null) throw new Error("no limits");
  const zones = new ZoneTable<string>();
  zones.add("*", "zone");
  const who = { zoneId: (zone: string) => zone, gate: () => null };
  const directory = { zones, ...who, trustedProxies: new CidrSet([]), geo: null };
  const facts = (init: FakeExchangeInit, over: Partial<Facts<string>>): Facts<string> => ({
    ...identify(new FakeExchange(init), "req", 0, 0, directory).facts,
    ...over,
  });
  const ask = (init: FakeExchangeInit = {}, over: Partial<Facts<string>> = {}) => {
    const of = facts(init, over);
    return { verdict: judgeLimits(ready, of, counters), facts: of };
  };
  const end = (of: Facts<string>, status: number, headers: string[] = []): void => {
    of.status = status;
    seeAnswer(of, { status, headers } as unknown as OriginResponse);
    chargeLimits(of, counters, 1100);
  };
  /** A request that ends with this answer. */
  const finish = (status: number, over: Partial<Facts<string>> = {}, headers: string[] = []) => {
    const { verdict, facts: of } = ask();
    if (verdict.kind !== "allow") return verdict.kind;
    Object.assign(of, { originAsked: 100, originAnswered: 350, ...over });
    end(of, status, headers);
    return "allow";
  };
  return {
    advance: (seconds: number) => void (time += seconds * 1000),
    limiter: counters.limiter,
    now: () => time,
    ask,
    end,
    finish,
  };
}

function kinds(count: number, ask: () => { verdict: { kind: string } }): string[] {
  return Array.from({ length: count }, () => ask().verdict.kind);
}

describe("rate limits", () => {
  test("let the limit through, then refuse with what the visitor needs to know", () => {
    const { ask, advance } = setUp([{}]);
    expect(kinds(3, () => ask())).toEqual(["allow", "allow", "allow"]);
    const { verdict, facts } = ask();
    expect(verdict).toMatchObject({ kind: "deny", status: 429, code: "limit.passed" });
    if (verdict.kind !== "deny") throw new Error("not refused");
    expect(verdict.headers).toEqual([
      "Retry-After",
      expect.stringMatching(/^\d+$/),
      "RateLimit-Policy",
      '"l0";q=3;w=60',
      "RateLimit",
      expect.stringMatching(/^"l0";r=0;t=\d+$/),
    ]);
    expect(facts.rules).toEqual(["l0"]);
    advance(Number(verdict.headers[1]));
    expect(ask().verdict.kind).toBe("allow");
  });

  test("hold for as long as the rule says", () => {
    const { ask, advance } = setUp([{ mitigationTime: 600, headers: false }]);
    kinds(4, () => ask());
    advance(599);
    expect(ask().verdict).toMatchObject({ headers: ["Retry-After", "1"] });
    advance(1.1);
    expect(ask().verdict.kind).toBe("allow");
  });

  test("throttle spreads the limit over the period", () => {
    const { ask, advance } = setUp([{ action: "throttle", limit: 6 }]);
    kinds(6, () => ask());
    expect(ask().verdict).toMatchObject({ headers: expect.arrayContaining(["Retry-After", "10"]) });
    for (let i = 0; i < 20; i++) {
      advance(10);
      expect(kinds(2, () => ask())).toEqual(["allow", "deny"]);
    }
  });

  test("act as they are told", () => {
    for (const [rule, verdict] of [
      [
        { action: "challenge", mode: "js" },
        { kind: "challenge", mode: "js", rule: "l0" },
      ],
      [
        { action: "tarpit", tarpitSeconds: 7 },
        { kind: "tarpit", seconds: 7 },
      ],
      [
        { action: "block", status: 403 },
        { kind: "deny", status: 403 },
      ],
    ] as const) {
      const { ask } = setUp([rule]);
      kinds(3, () => ask());
      expect(ask().verdict).toMatchObject(verdict);
    }
    const { ask } = setUp([{ action: "log" }]);
    kinds(3, () => ask());
    const logged = ask();
    expect([logged.verdict.kind, logged.facts.rules]).toEqual(["allow", ["l0"]]);
  });

  test("are about what the expression says, and nothing else is counted", () => {
    const { ask, limiter, now } = setUp([
      { expression: 'http.request.method eq "POST"', limit: 1 },
    ]);
    kinds(5, () => ask());
    expect(limiter.used(now())).toBe(0);
    expect(kinds(2, () => ask({ method: "POST" }))).toEqual(["allow", "deny"]);
    expect(ask().verdict.kind).toBe("allow");
  });

  test("skipped limits, and challenges that were passed, ask nothing", () => {
    const { ask } = setUp([{ action: "challenge", limit: 1 }]);
    const skipped = { limits: true, waf: false, challenge: false };
    expect(kinds(3, () => ask({}, { skipped }))).toEqual(["allow", "allow", "allow"]);
    expect(kinds(3, () => ask({}, { gate: OPEN }))).toEqual(["allow", "allow", "allow"]);
    expect(kinds(2, () => ask())).toEqual(["allow", "challenge"]);
  });

  test.each([
    [["ip"], { client: "192.0.2.1" }, { client: "192.0.2.2" }],
    [[{ ip: { v4: 24 } }], { client: "192.0.2.1" }, { client: "192.0.3.1" }],
    [["ip"], { client: "2001:db8::1" }, { client: "2001:db8:0:1::1" }],
    [["session"], { gate: holding("a") }, { gate: holding("b") }],
    [["host"], { host: "a" }, { host: "b" }],
    [["path"], { target: "/a?x" }, { target: "/b?x" }],
    [["country"], { country: "FR" }, { country: "DE" }],
    [["asn"], { asnum: 1 }, { asnum: 2 }],
    [["host", "country"], { host: "a", country: "b" }, { host: "ab", country: "" }],
  ] as [unknown[], Partial<Facts<string>>, Partial<Facts<string>>][])(
    "%j counts %j and %j apart",
    (characteristics, one, other) => {
      const { ask } = setUp([{ characteristics, limit: 2 }]);
      expect(kinds(3, () => ask({}, one))).toEqual(["allow", "allow", "deny"]);
      expect(ask({}, other).verdict.kind).toBe("allow");
    },
  );

  test.each([
    [{ header: "X-Key" }, ["x-key", "a"], ["X-Key", "b"]],
    [{ cookie: "sid" }, ["Cookie", "a=1; sid=9"], ["Cookie", "sid=8; a=1"]],
    [{ expression: 'http.request.headers["x-key"][0]' }, ["x-key", "a"], ["x-key", "b"]],
  ])("%j counts %j and %j apart", (one, a, b) => {
    const { ask } = setUp([{ characteristics: [one], limit: 1 }]);
    expect(kinds(2, () => ask({ headers: a }))).toEqual(["allow", "deny"]);
    expect(kinds(2, () => ask({ headers: b }))).toEqual(["allow", "deny"]);
    // Without it there is one counter for all.
    expect(kinds(2, () => ask())).toEqual(["allow", "deny"]);
  });

  test("by a parameter of the query", () => {
    const { ask } = setUp([{ characteristics: [{ query: "q" }], limit: 1 }]);
    expect(ask({ target: "/?a=1&q=x" }).verdict.kind).toBe("allow");
    expect(ask({ target: "/?q=y" }).verdict.kind).toBe("allow");
    expect(ask({ target: "/else?q=x" }).verdict.kind).toBe("deny");
  });

  test("one address of IPv6 shares the counter of its /64", () => {
    const { ask } = setUp([{ limit: 1 }]);
    expect(ask({}, { client: "2001:db8::1" }).verdict.kind).toBe("allow");
    expect(ask({}, { client: "2001:db8::ffff:1" }).verdict.kind).toBe("deny");
  });
});

describe("what is counted afterwards", () => {
  test("answers of some statuses", () => {
    const { finish } = setUp([{ per: "responses", statuses: [401, "5xx"], mitigationTime: 60 }]);
    for (let i = 0; i < 10; i++) expect(finish(200)).toBe("allow");
    expect([401, 500, 401].map((status) => finish(status))).toEqual(["allow", "allow", "allow"]);
    expect(finish(200)).toBe("deny");
  });

  test("answers that an expression names", () => {
    const { finish } = setUp([
      {
        per: "responses",
        limit: 1,
        countExpression: 'any(http.response.headers["x-login"][*] eq "failed")',
      },
    ]);
    for (let i = 0; i < 5; i++) expect(finish(200)).toBe("allow");
    expect(finish(200, {}, ["X-Login", "failed"])).toBe("allow");
    expect(finish(200)).toBe("deny");
  });

  test("bytes, the time of origins, and requests that the cache could not answer", () => {
    const bytes = setUp([{ per: "bytes", limit: 1 }]);
    const { facts } = bytes.ask();
    (facts.exchange as FakeExchange).bytesOut = 5000;
    bytes.end(facts, 200);
    expect(bytes.ask().verdict.kind).toBe("deny");

    const time = setUp([{ per: "originTime", limit: 0.6 }]);
    expect([1, 2, 3, 4].map(() => time.finish(200))).toEqual(["allow", "allow", "allow", "deny"]);
    const left = setUp([{ per: "originTime", limit: 0.6 }]);
    expect(left.finish(0, { originAnswered: -1 })).toBe("allow");
    expect(left.finish(200)).toBe("deny");

    const misses = setUp([{ countBeforeCache: false, limit: 2 }]);
    for (let i = 0; i < 5; i++) expect(misses.finish(200, { originAsked: -1 })).toBe("allow");
    expect([1, 2, 3].map(() => misses.finish(200))).toEqual(["allow", "allow", "deny"]);
  });

  test("an answer of another limit counts for none", () => {
    const { ask, limiter, now } = setUp([
      { per: "responses", statuses: ["4xx"], characteristics: ["host"] },
      { limit: 1 },
    ]);
    ask();
    const { verdict, facts } = ask();
    expect([verdict.kind, facts.charges]).toEqual(["deny", null]);
    expect(limiter.used(now())).toBe(1);
  });
});

describe("rules that can't work are refused with the reason", () => {
  test.each([
    [{ limit: 0 }, "nothing would pass"],
    [{ limit: -1 }, "nothing would pass"],
    [{ limit: 1.5 }, "requests come whole"],
    [{ period: 0.5 }, "at least a second"],
    [{ period: 86_401 }, "at most a day"],
    [{ per: "responses" }, "say which responses"],
    [{ statuses: [401] }, "only `per: responses` looks at answers"],
    [{ countExpression: "true" }, "only `per: responses` looks at answers"],
    [{ per: "bytes", countBeforeCache: true }, "only known once the answer is over"],
    [{ action: "throttle", per: "bytes" }, "can be spread evenly"],
    [{ action: "throttle", countBeforeCache: false }, "can be spread evenly"],
    [{ action: "throttle", mitigationTime: 5 }, "never holds all"],
    [{ characteristics: ["weather"] }, "not a characteristic"],
    [{ characteristics: [] }, ""],
    [{ mitigationTime: 1e9 }, ""],
  ])("%j: %s", (rule, reason) => {
    const written = { id: "a", action: "block", limit: 3, period: 60, ...rule };
    const { success, error } = rateLimitsSchema.safeParse([written]);
    expect(success).toBe(false);
    expect(JSON.stringify(error?.issues)).toContain(reason);
  });

  test("one by country without a database of countries", () => {
    const zone = (geo: object) => ({
      geo,
      zones: [
        {
          hosts: ["a.test"],
          origin: "http://127.0.0.1:1",
          rateLimits: [
            { id: "a", action: "log", limit: 1, period: 1, characteristics: ["ip", "country"] },
          ],
        },
      ],
    });
    const { error } = configSchema.safeParse(zone({}));
    expect(error?.issues[0]?.path).toEqual(["zones", 0, "rateLimits", 0, "characteristics", 1]);
    expect(error?.issues[0]?.message).toContain("geo.country is not set");
    expect(configSchema.safeParse(zone({ country: "c.mmdb" })).success).toBe(true);
  });

  test.each([
    [{ expression: "http.hots eq 1" }, ["expression"], "http.hots"],
    [{ expression: "http.response.code eq 200" }, ["expression"], "http.response.code"],
    [
      { characteristics: [{ expression: "http.response.code" }] },
      ["characteristics", 0, "expression"],
      "not known before the answer",
    ],
    [
      { characteristics: [{ expression: "http.request.headers.names" }] },
      ["characteristics", 0, "expression"],
      "many values",
    ],
    [{ per: "responses", countExpression: "1" }, ["countExpression"], ""],
  ])("%j", (rule, path, reason) => {
    try {
      setUp([rule]);
      throw new Error("it was taken");
    } catch (error) {
      expect(error).toBeInstanceOf(RuleError);
      expect((error as RuleError).path).toEqual(path);
      expect((error as RuleError).message).toContain(reason);
    }
  });

  test("two of one name", () => {
    const rule = { id: "a", action: "block", limit: 3, period: 60 };
    expect(rateLimitsSchema.safeParse([rule, rule]).success).toBe(false);
  });
});

describe("addresses as words", () => {
  const wordsOf = (text: string, v4 = 32, v6 = 128): number[] => {
    const out: number[] = [];
    addressWords(text, v4, v6, { word: (word) => out.push(word) });
    return out;
  };

  test("are those of the parser that allocates", () => {
    const groups = fc.array(fc.constantFrom(0, 0, 0, 1, 0xffff, 0x1234), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(groups, (list) => {
        const bytes = Uint8Array.from(list.flatMap((group) => [group >> 8, group & 255]));
        const view = new DataView(bytes.buffer);
        const wanted = [6, 0, 1, 2, 3].map((n, i) => (i === 0 ? n : view.getInt32(n * 4)));
        expect(wordsOf(formatIp(bytes))).toEqual(wanted);
        expect(wordsOf(list.map((group) => group.toString(16).toUpperCase()).join(":"))).toEqual(
          wanted,
        );
      }),
    );
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const bytes = parseIp(text) as Uint8Array;
        expect(wordsOf(text)).toEqual([4, new DataView(bytes.buffer).getInt32(0)]);
      }),
    );
  });

  test("keep no more than the bits that count", () => {
    expect(wordsOf("192.0.2.129", 25)).toEqual(wordsOf("192.0.2.255", 25));
    expect(wordsOf("192.0.2.129", 25)).not.toEqual(wordsOf("192.0.2.1", 25));
    expect(wordsOf("2001:db8:1:2:3::", 32, 64)).toEqual(wordsOf("2001:db8:1:2::9", 32, 64));
    expect(wordsOf("2001:db8:1:2::", 32, 56)).toEqual(wordsOf("2001:db8:1:ff::", 32, 56));
    expect(wordsOf("", 32, 64)).toEqual([]);
  });
});
