import { describe, expect, test } from "bun:test";
import { createPrivateKey, sign } from "node:crypto";
import { botsSchema } from "@egide/contract/policy/bots.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { FakeExchange, type FakeExchangeInit } from "@egide/testkit/fake-exchange.ts";
import fc from "fast-check";
import { ZoneBots } from "#identify/bots/bots.ts";
import { ConfirmedNames } from "#identify/bots/dns.ts";
import { KeyDirectories, readKeys } from "#identify/bots/directory.ts";
import { openRanges, readPublished } from "#identify/bots/ranges.ts";
import { claimed, KNOWN_BOTS } from "#identify/bots/registry.ts";
import { ed25519Key, isSignedBy, readSignature } from "#identify/bots/signature.ts";
import { hasMeasures, robotsText } from "#identify/bots/zone.ts";

/** The key of RFC 9421, appendix B.1.4. */
const JWK = { kty: "OKP", crv: "Ed25519", x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs" };
const PRIVATE = createPrivateKey({
  key: { ...JWK, d: "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU" },
  format: "jwk",
});
const KEY_ID = "poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";
const NOW = 1_800_000_000;

/** Lets promises that are already settled have their say. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

const names: Record<string, string[]> = {
  "192.0.2.1": ["crawl-1.googlebot.com"],
  "192.0.2.2": ["crawl-1.googlebot.com"],
  "192.0.2.3": ["googlebot.com.evil.example"],
  "2001:db8::1": ["crawl-6.googlebot.com."],
};
const addresses: Record<string, string[]> = {
  "crawl-1.googlebot.com": ["192.0.2.1"],
  "googlebot.com.evil.example": ["192.0.2.3"],
  "crawl-6.googlebot.com.": ["2001:0db8:0:0::1"],
};

function sources() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const confirmed = new ConfirmedNames(
    {
      async reverse(address) {
        asked.push(address);
        return names[address] ?? [];
      },
      addresses: async (name) => addresses[name] ?? [],
    },
    clock,
  );
  const fetched: string[] = [];
  const directories = new KeyDirectories(async (url) => {
    fetched.push(url);
    return JSON.stringify({ keys: [JWK] });
  }, clock);
  return { clock, asked, fetched, all: { names: confirmed, ranges: openRanges({}), directories } };
}

const AGENT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
const policy = botsSchema.parse({
  agents: [{ name: "Ours", host: "bots.example", category: "monitoring" }],
});

function request(init: FakeExchangeInit, client = "192.0.2.1") {
  return { head: new FakeExchange(init).head, client, authority: "example.com", now: NOW };
}

describe("a bot that names itself", () => {
  test("is unproven at first, and proven once its address leads there and back", async () => {
    const { all, asked } = sources();
    const bots = new ZoneBots(policy, all);
    const from = (client: string) =>
      bots.identify(request({ headers: ["User-Agent", AGENT] }, client));
    const clients = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "2001:db8::1"];
    const before = clients.map((client) => from(client)?.verified);
    expect(before).toEqual([false, false, false, false, false]);
    await settle();
    expect(clients.map((client) => from(client)?.verified)).toEqual([
      true,
      false,
      false,
      false,
      true,
    ]);
    expect(from("192.0.2.1")).toEqual({ name: "Googlebot", category: "search", verified: true });
    // Nobody is asked about twice.
    expect(asked).toEqual(clients);
  });

  test("is asked about anew after some hours, and stays proven meanwhile", async () => {
    const { all, asked, clock } = sources();
    const bots = new ZoneBots(policy, all);
    const verified = () => bots.identify(request({ headers: ["user-agent", AGENT] }))?.verified;
    verified();
    await settle();
    clock.advance(6 * 3_600_000 + 1);
    expect(verified()).toBe(true);
    expect(asked.length).toBe(2);
  });

  test("is proven by published addresses at once", () => {
    const bots = new ZoneBots(policy, sources().all);
    const headers = [
      "User-Agent",
      "Mozilla/5.0; compatible; GPTBot/1.2; +https://openai.com/gptbot",
    ];
    expect(bots.identify(request({ headers }, "52.230.152.7"))?.verified).toBe(true);
    expect(bots.identify(request({ headers }, "192.0.2.9"))).toMatchObject({ verified: false });
  });

  test("browsers are nobody, whatever they are called", () => {
    expect(claimed("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36")).toBeNull();
    expect(claimed("bot".repeat(1000))).toBeNull();
    for (const { agent, name } of KNOWN_BOTS) {
      expect(claimed(`Mozilla/5.0 (compatible; ${agent.toUpperCase()}/1.0)`)?.name).toBe(name);
    }
  });

  test("a flood of claims asks no more than a few questions at once", () => {
    const { all, asked } = sources();
    const bots = new ZoneBots(policy, all);
    for (let i = 0; i < 1000; i++) {
      bots.identify(request({ headers: ["User-Agent", AGENT] }, `198.51.${i >> 8}.${i & 255}`));
    }
    expect(asked.length).toBeLessThanOrEqual(32);
  });
});

describe("RFC 9421", () => {
  const init: FakeExchangeInit = {
    method: "POST",
    target: "/foo?param=Value&Pet=dog",
    headers: [
      "Host",
      "example.com",
      "Date",
      "Tue, 20 Apr 2021 02:07:55 GMT",
      "Content-Type",
      "application/json",
      "Content-Length",
      "18",
      "Signature-Input",
      'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519";tag="x"',
      "Signature",
      "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    ],
  };

  test("appendix B.2.6 is signed by its key, and by no other request", () => {
    // The vector bears no tag: it is taken away again from what was signed.
    const { head } = new FakeExchange(init);
    const read = readSignature(head, "x");
    if (read === null) throw new Error("not read");
    const signed = { ...read, params: read.params.replace(';tag="x"', "") };
    const key = ed25519Key(JWK);
    if (key === null) throw new Error("no key");
    expect(isSignedBy(signed, head, "example.com", key)).toBe(true);
    expect(isSignedBy(signed, head, "example.org", key)).toBe(false);
    expect(isSignedBy(signed, { ...head, method: "GET" }, "example.com", key)).toBe(false);
    expect(isSignedBy(read, head, "example.com", key)).toBe(false);
  });

  test("thumbprints are those of RFC 7638; other keys are left out", () => {
    const text = JSON.stringify({ keys: [{ kty: "RSA", n: "x", e: "AQAB" }, JWK, null, { x: 1 }] });
    expect([...readKeys(text).keys()]).toEqual([KEY_ID]);
    expect(() => readKeys("[]")).toThrow();
  });

  test("any text in the fields is read without harm", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 }), (a, b) => {
        const { head } = new FakeExchange({ headers: ["signature-input", a, "signature", b] });
        const read = readSignature(head, "web-bot-auth");
        expect(read === null || read.tag === "web-bot-auth").toBe(true);
      }),
    );
  });
});

describe("Web Bot Auth", () => {
  interface Claim {
    readonly created?: number;
    readonly expires?: number;
    readonly components?: readonly string[];
    readonly agent?: string;
    readonly tag?: string;
    readonly signedFor?: string;
  }

  function signed(claim: Claim = {}) {
    const { created = NOW - 10, expires = NOW + 60, tag = "web-bot-auth" } = claim;
    const agent = claim.agent ?? '"https://bots.example"';
    const components = claim.components ?? ["@authority", "signature-agent"];
    const list = components.map((name) => `"${name}"`).join(" ");
    const params = `(${list});created=${created};expires=${expires};keyid="${KEY_ID}";alg="ed25519";tag="${tag}"`;
    const values: Record<string, string> = {
      "@authority": claim.signedFor ?? "example.com",
      "signature-agent": agent,
    };
    const lines = components.map((name) => `"${name}": ${values[name]}`);
    const base = [...lines, `"@signature-params": ${params}`].join("\n");
    const signature = sign(null, Buffer.from(base), PRIVATE).toString("base64");
    const headers = ["Signature-Agent", agent, "Signature-Input", `sig1=${params}`];
    return request({ headers: [...headers, "Signature", `sig1=:${signature}:`] });
  }

  async function verified(claim: Claim): Promise<boolean> {
    const { all } = sources();
    const bots = new ZoneBots(policy, all);
    bots.identify(signed());
    await settle();
    return bots.identify(signed(claim))?.verified === true;
  }

  test("a bot is known by its signature, once its keys were fetched", async () => {
    const { all, fetched } = sources();
    const bots = new ZoneBots(policy, all);
    expect(bots.identify(signed())).toBeNull();
    await settle();
    const bot = { name: "Ours", category: "monitoring", verified: true };
    expect(bots.identify(signed())).toEqual(bot as ReturnType<typeof bots.identify>);
    expect(fetched).toEqual(["https://bots.example/.well-known/http-message-signatures-directory"]);
  });

  const refused: [string, Claim][] = [
    ["for another site", { signedFor: "example.org" }],
    ["bound to no site", { components: ["signature-agent"] }],
    ["that leaves out who signs", { components: ["@authority"] }],
    ["of the past", { created: NOW - 100, expires: NOW - 1 }],
    ["of the future", { created: NOW + 1000, expires: NOW + 2000 }],
    ["that never ends", { expires: NOW + 10_000_000 }],
    ["for another purpose", { tag: "other" }],
  ];
  test.each(refused)("a signature %s counts for nothing", async (_name, claim) => {
    expect(await verified({})).toBe(true);
    expect(await verified(claim)).toBe(false);
  });

  test("nobody can have an address fetched that no one trusts", async () => {
    const { all, fetched } = sources();
    const bots = new ZoneBots(policy, all);
    for (const agent of [
      '"https://evil.example"',
      '"https://127.0.0.1"',
      "x",
      '"http://bots.example"',
    ]) {
      expect(bots.identify(signed({ agent }))).toBeNull();
    }
    await settle();
    expect(fetched).toEqual([]);
  });
});

test("published lists that speak for too much are refused", () => {
  expect(() => readPublished('{"prefixes":[{"ipv4Prefix":"0.0.0.0/0"}]}')).toThrow("too wide");
  expect(() => readPublished('{"prefixes":[{"ipv6Prefix":"2000::/3"}]}')).toThrow("too wide");
  expect(() => readPublished('{"prefixes":[{"ipv4Prefix":"no/24"}]}')).toThrow();
  expect(() => readPublished("{}")).toThrow();
});

test("robots.txt names what is blocked, where it is asked for", () => {
  expect(robotsText(botsSchema.parse({}))).toBeNull();
  const blocked = botsSchema.parse({ aiTraining: "block", robotsTxt: { serve: true } });
  const text = robotsText(blocked) ?? "";
  expect(text).toStartWith("User-agent: *\nAllow: /\n\nUser-agent: GPTBot\n");
  expect(text).toContain("User-agent: Google-Extended\n");
  expect(text).toEndWith("Disallow: /\n");
  expect(text).not.toContain("Googlebot");
  expect([hasMeasures(blocked), hasMeasures(botsSchema.parse({}))]).toEqual([true, false]);
});
