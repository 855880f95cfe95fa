import { describe, expect, test } from "bun:test";
import { type ChallengeInput, challengeSchema } from "@egide/contract/policy/challenge.ts";
import fc from "fast-check";
import { unitsOf } from "#client/unit.ts";
import { issueClientToken, readClientToken } from "#issue/client-token.ts";
import { readTicket } from "#issue/ticket.ts";
import { encodeProof, type Share } from "#kind/proof.ts";
import { createChallengeMemory, openTables } from "#verify/memory.ts";
import { type Bearer, type Issued, type Redeemed, suffices, ZoneChallenges } from "#zone.ts";

const NOW = 1_767_225_600;
const SECRET = new Uint8Array(32).fill(7);
const me: Bearer = { address: "192.0.2.7", userAgent: "a browser" };

function zone(
  policy: ChallengeInput = {},
  id = "site",
  memory = createChallengeMemory(),
): ZoneChallenges {
  const easy = { proof: "hash", difficulty: "easy", ...policy } as const;
  return new ZoneChallenges(challengeSchema.parse(easy), id, SECRET, openTables(memory));
}

function prove({ ticket, work }: Issued, count = work.full): Uint8Array {
  const step = unitsOf({ ticket, kind: work.kind, size: work.size, first: 0, stride: 1 });
  const shares: Share[] = [];
  while (shares.length < count) shares.push(...step());
  return encodeProof(work.kind, shares.slice(0, count));
}

function value(result: Redeemed): string {
  if (result.kind !== "cleared") throw new Error(result.kind);
  return result.value;
}

describe("a proof", () => {
  test.each(["hash", "memory"] as const)("of %s buys a clearance, once", (proof) => {
    const site = zone({ proof });
    const issued = site.issue("managed", me.address, NOW);
    const work = prove(issued);
    const cleared = site.redeemWork(issued.ticket, work, me, NOW + 1);
    expect(cleared).toMatchObject({ kind: "cleared", seconds: 3600 });
    const clearance = site.cleared(value(cleared), me, NOW + 2);
    expect(clearance).toMatchObject({ kind: "proof", since: NOW + 1, until: NOW + 3601 });
    expect(clearance?.session).toMatch(/^[A-Za-z0-9_-]{12}$/);
    expect(site.redeemWork(issued.ticket, work, me, NOW + 1)).toEqual({ kind: "stale" });
  });

  test("is accepted by another node of the installation, and refused there a second time", () => {
    const memory = createChallengeMemory();
    const [one, two] = [zone({}, "site", memory), zone({}, "site", memory)];
    const issued = one.issue("managed", me.address, NOW);
    const work = prove(issued);
    expect(two.redeemWork(issued.ticket, work, me, NOW).kind).toBe("cleared");
    expect(one.redeemWork(issued.ticket, work, me, NOW).kind).toBe("stale");
  });

  test("that stops early lasts as much shorter", () => {
    const site = zone();
    const issued = site.issue("managed", me.address, NOW);
    const half = prove(issued, issued.work.full / 2);
    expect(site.redeemWork(issued.ticket, half, me, NOW)).toMatchObject({ seconds: 1800 });
    const next = site.issue("managed", me.address, NOW);
    const less = prove(next, next.work.least - 1);
    expect(site.redeemWork(next.ticket, less, me, NOW)).toEqual({ kind: "unsound" });
  });

  test("for another ticket, another zone, from the past or the future is none", () => {
    const site = zone();
    const issued = site.issue("managed", me.address, NOW);
    const other = site.issue("managed", me.address, NOW);
    const work = prove(issued);
    expect(site.redeemWork(other.ticket, work, me, NOW).kind).toBe("unsound");
    expect(zone({}, "else").redeemWork(issued.ticket, work, me, NOW).kind).toBe("unsound");
    expect(site.redeemWork(issued.ticket, work, me, NOW + 301).kind).toBe("stale");
    expect(site.redeemWork(issued.ticket, work, me, NOW - 121).kind).toBe("unsound");
    // Clocks that differ by a minute do no harm.
    expect(site.redeemWork(issued.ticket, work, me, NOW - 60).kind).toBe("cleared");
  });
});

describe("a ticket", () => {
  test("changed in any character is none", () => {
    const site = zone();
    const { ticket } = site.issue("managed", me.address, NOW);
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= ";
    fc.assert(
      fc.property(
        fc.nat(ticket.length - 1),
        fc.constantFrom(...letters.split("")),
        (at, letter) => {
          const changed = ticket.slice(0, at) + letter + ticket.slice(at + 1);
          fc.pre(changed !== ticket);
          const read = readTicket(site.keys, changed, NOW);
          // A date far back is told without asking whether it was ever ours.
          expect(read === null || read === "expired").toBe(true);
        },
      ),
    );
  });

  test("of any text at all is read without harm", () => {
    const site = zone();
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: "binary" }), (text) => {
        expect(readTicket(site.keys, text, NOW)).toBeNull();
        expect(site.cleared(text, me, NOW)).toBeNull();
        expect(site.redeemWork(text, new Uint8Array(0), me, NOW).kind).toBe("unsound");
        expect(readClientToken(site.keys, text, NOW)).toBeNull();
      }),
    );
    expect(readTicket(site.keys, "A".repeat(1_000_000), NOW)).toBeNull();
  });
});

/** `text` with another letter at `at`; the last letters of base64 hold bits that nobody reads. */
function withAnother(text: string, at: number): string {
  const letter = text.at(at) === "A" ? "B" : "A";
  return text.slice(0, at) + letter + text.slice(at + 1);
}

describe("a clearance", () => {
  const bought = (site: ZoneChallenges, bearer = me): string => {
    const issued = site.issue("managed", bearer.address, NOW);
    return value(site.redeemWork(issued.ticket, prove(issued), bearer, NOW));
  };

  test("ends, and is worth nothing in another zone, or forged", () => {
    const site = zone();
    const cookie = bought(site);
    expect(site.cleared(cookie, me, NOW + 3599)).not.toBeNull();
    expect(site.cleared(cookie, me, NOW + 3600)).toBeNull();
    expect(zone({}, "else").cleared(cookie, me, NOW)).toBeNull();
    expect(site.cleared(withAnother(cookie, -10), me, NOW)).toBeNull();
    // A ticket is not a clearance, and the other way round.
    expect(site.cleared(site.issue("managed", me.address, NOW).ticket, me, NOW)).toBeNull();
    expect(readTicket(site.keys, cookie, NOW)).toBeNull();
  });

  test("outlives the change of keys at midnight", () => {
    const site = zone();
    const midnight = Math.ceil(NOW / 86_400) * 86_400 + 86_400;
    const issued = site.issue("managed", me.address, midnight - 5);
    const work = prove(issued);
    const cookie = value(site.redeemWork(issued.ticket, work, me, midnight - 1));
    expect(zone().cleared(cookie, me, midnight + 3000)).not.toBeNull();
  });

  test("goes with its bearer from IPv4 to IPv6 and back, but not round the world", () => {
    const site = zone();
    const cookie = bought(site);
    const from = (address: string): boolean =>
      site.cleared(cookie, { ...me, address }, NOW) !== null;
    for (let i = 0; i < 20; i++) {
      expect(from(i % 2 === 0 ? "2001:db8:7:100::5" : "192.0.2.99")).toBe(true);
    }
    const world = Array.from({ length: 50 }, (_, i) => from(`198.18.${i}.1`));
    expect(world.filter(Boolean).length).toBe(3);
    expect(from("192.0.2.1")).toBe(true);
  });

  test("binds as closely as the zone says", () => {
    const exact = zone({ bind: { address: "exact", networks: 0 } });
    const cookie = bought(exact);
    expect(exact.cleared(cookie, me, NOW)).not.toBeNull();
    expect(exact.cleared(cookie, { ...me, address: "192.0.2.8" }, NOW)).toBeNull();
    const off = zone({ bind: { address: "off", userAgent: true } });
    const free = bought(off);
    expect(off.cleared(free, { ...me, address: "203.0.113.1" }, NOW)).not.toBeNull();
    expect(off.cleared(free, { ...me, userAgent: "curl" }, NOW)).toBeNull();
  });

  test("opens what asks for no more than it was bought with", () => {
    expect(suffices("wait", "managed")).toBe(true);
    expect(suffices("wait", "js")).toBe(false);
    expect(suffices("proof", "interactive")).toBe(false);
    expect(suffices("pressed", "js")).toBe(false);
    expect(suffices("interactive", "js")).toBe(true);
  });
});

describe("waiting", () => {
  test("takes as long as it says, and works once", () => {
    const site = zone();
    const { ticket, wait } = site.issue("managed", me.address, NOW);
    expect(wait).toBe(5);
    expect(site.redeemWait(ticket, false, me, NOW + 3)).toEqual({ kind: "early", seconds: 2 });
    expect(site.shownAgain(ticket, NOW + 3)).toMatchObject({ wait: 2, mode: "managed" });
    const cleared = site.redeemWait(ticket, false, me, NOW + 5);
    expect(cleared).toMatchObject({ kind: "cleared", seconds: 900 });
    expect(site.cleared(value(cleared), me, NOW + 6)?.kind).toBe("wait");
    expect(site.redeemWait(ticket, false, me, NOW + 5).kind).toBe("stale");
  });

  test("is bounded for a network, and does not do where work is asked for", () => {
    const site = zone({ withoutScript: { perNetwork: 3 } });
    const kinds = [1, 2, 3, 4].map((i) => {
      const { ticket } = site.issue("managed", me.address, NOW);
      return site.redeemWait(ticket, false, { ...me, address: `192.0.2.${i}` }, NOW + 6).kind;
    });
    expect(kinds).toEqual(["cleared", "cleared", "cleared", "crowded"]);
    const { ticket, wait } = site.issue("js", me.address, NOW);
    expect(wait).toBe(0);
    expect(site.redeemWait(ticket, true, me, NOW + 100).kind).toBe("unsound");
  });

  test("needs a hand where one is asked for", () => {
    const site = zone();
    const { ticket } = site.issue("interactive", me.address, NOW);
    expect(site.redeemWait(ticket, false, me, NOW + 6).kind).toBe("unsound");
    const cookie = value(site.redeemWait(ticket, true, me, NOW + 6));
    expect(site.cleared(cookie, me, NOW + 6)?.kind).toBe("pressed");
  });
});

describe("a widget's token", () => {
  const widgets = [
    { siteKey: "key-1", secret: "a secret of some length" },
    { siteKey: "key-2", secret: "another secret of that length" },
  ];
  const answer = { hostname: "example.org", action: "login", cdata: "c-1", issued: NOW };
  const secret = "a secret of some length";
  function earn(site: ZoneChallenges, siteKey = "key-1"): string {
    const issued = site.issue("js", me.address, NOW);
    const response = { siteKey, ...answer };
    const token = site.redeemWidget(issued.ticket, prove(issued), me.address, response);
    if (token === null) throw new Error("no token");
    return token;
  }

  test("tells the site's server what it was earned for, once", () => {
    const site = zone({ widgets });
    const token = earn(site);
    expect(token.length).toBeLessThanOrEqual(2048);
    const verified = site.verifyWidget(secret, token, NOW + 10);
    expect(verified).toMatchObject({ kind: "verified", response: answer });
    const again = site.verifyWidget(secret, token, NOW + 10);
    expect(again).toEqual({ kind: "refused", code: "timeout-or-duplicate" });
  });

  test("is refused with Turnstile's codes", () => {
    const site = zone({ widgets });
    const code = (secret: string, token: string, now = NOW): string => {
      const result = site.verifyWidget(secret, token, now);
      return result.kind === "refused" ? result.code : "verified";
    };
    const token = earn(site);
    expect(code("", token)).toBe("missing-input-secret");
    expect(code("wrong", token)).toBe("invalid-input-secret");
    expect(code(secret, "")).toBe("missing-input-response");
    expect(code(secret, "nonsense")).toBe("invalid-input-response");
    expect(code(secret, earn(site, "key-2"))).toBe("invalid-input-response");
    expect(code(secret, earn(zone({ widgets }, "else")))).toBe("invalid-input-response");
    expect(code(secret, token, NOW + 301)).toBe("timeout-or-duplicate");
    expect(code(secret, token)).toBe("verified");
    const cookie = issueClientToken(site.keys, "x", NOW + 100);
    expect(code(secret, cookie)).toBe("invalid-input-response");
  });

  test("any text at all is read without harm", () => {
    const site = zone({ widgets });
    fc.assert(
      fc.property(fc.string({ maxLength: 3000, unit: "binary" }), (text) => {
        expect(site.verifyWidget(secret, text, NOW).kind).toBe("refused");
      }),
    );
  });
});

test("a network whose challenges come to nothing is asked for more; one that passes is not", () => {
  const site = zone();
  const sizes = Array.from({ length: 300 }, () => site.issue("managed", "198.51.100.9", NOW).work);
  expect(sizes[0]?.size).toBe(14);
  expect(sizes[299]?.size).toBe(16);
  for (let i = 0; i < 50; i++) {
    const issued = site.issue("managed", me.address, NOW);
    expect(issued.work.size).toBe(14);
    site.redeemWork(issued.ticket, prove(issued, issued.work.least), me, NOW);
  }
});

test("quiet reads pass by the dozen, not by the thousand", () => {
  const site = zone({ quiet: { perNetwork: 3, perZone: 5 } });
  const allowed = (address: string): boolean => site.allowQuiet(address, NOW);
  expect([1, 2, 3, 4].map(() => allowed("192.0.2.1"))).toEqual([true, true, true, false]);
  expect([1, 2, 3].map(() => allowed("198.51.100.1"))).toEqual([true, true, false]);
});

test("a program's token passes until its day, and in its own zone", () => {
  const { keys } = zone();
  const token = issueClientToken(keys, "mobile-app", NOW + 100);
  expect(readClientToken(keys, token, NOW)).toBe("mobile-app");
  expect(readClientToken(keys, token, NOW + 100)).toBeNull();
  expect(readClientToken(zone({}, "else").keys, token, NOW)).toBeNull();
  const longest = "x".repeat(32);
  expect(readClientToken(keys, issueClientToken(keys, longest, NOW + 1), NOW)).toBe(longest);
});
