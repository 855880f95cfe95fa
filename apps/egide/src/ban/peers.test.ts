import { describe, expect, test } from "bun:test";
import { type SharedBan, signBanList } from "@egide/contract/ban-list.ts";
import { bansSchema } from "@egide/contract/policy/bans.ts";
import { signingKeyOf } from "@egide/contract/signing.ts";
import { Bans } from "@egide/edge/kernel/bans.ts";
import { NeverBan } from "@egide/edge/kernel/never.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { shared } from "#ban/export.ts";
import { PeerBans } from "#ban/peers.ts";
import { BanPull } from "#ban/pull.ts";

const WALL = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const keyA = signingKeyOf(new Uint8Array(32).fill(1));
const keyB = signingKeyOf(new Uint8Array(32).fill(2));

function setUp() {
  let now = 0;
  const never = new NeverBan();
  never.set("kernel.neverBan", ["198.51.100.0/24"]);
  const bans = new Bans({ never, most: 1000, now: () => now, wall: () => WALL + now, sinks: [] });
  const peers = new PeerBans(bans);
  const take = (
    name: string,
    trust: number,
    list: readonly SharedBan[],
    whole = true,
    most = 100,
  ) => peers.take({ name, key: "", trust, most }, list, WALL + now, whole);
  const hours = (prefix: string) => {
    bans.expire();
    const found = bans.find(prefix);
    return found === null ? 0 : (found.ends - now) / HOUR;
  };
  return { bans, peers, take, hours, pass: (ms: number) => void (now += ms) };
}

function ban(prefix: string, hours = 10, evidence = "scans"): SharedBan {
  const until = new Date(WALL + hours * HOUR).toISOString();
  return { prefix, since: new Date(WALL).toISOString(), until, evidence, by: "operator" };
}

describe("a peer's bans", () => {
  test("hold whole, by half, or once a second peer says the same", () => {
    const { take, hours, bans } = setUp();
    expect(take("whole", 1, [ban("192.0.2.1", 10, "sc\u001bans")]).applied).toBe(1);
    expect(take("half", 0.5, [ban("192.0.2.2")]).applied).toBe(1);
    expect(take("weak", 0.2, [ban("192.0.2.3")])).toMatchObject({ applied: 0, noted: 1 });
    expect(take("none", 0, [ban("192.0.2.4")])).toMatchObject({ applied: 0, refused: 1 });
    expect(["1", "2", "3", "4"].map((last) => hours(`192.0.2.${last}`))).toEqual([10, 5, 0, 0]);
    expect(take("feeble", 0.1, [ban("192.0.2.3")]).applied).toBe(1);
    expect(hours("192.0.2.3")).toBe(5);
    expect(bans.find("192.0.2.3")?.evidence).toBe("feeble: scans (also weak)");
    expect(bans.find("192.0.2.1")).toMatchObject({ by: "peer", evidence: "whole: sc ans" });
  });

  test("are halved once, however often they are told, and prolonged where they are renewed", () => {
    const { take, hours, pass } = setUp();
    take("half", 0.5, [ban("192.0.2.2")]);
    pass(6 * HOUR);
    expect(hours("192.0.2.2")).toBe(0);
    expect(take("half", 0.5, [ban("192.0.2.2")])).toMatchObject({ applied: 0, kept: 1 });
    expect(hours("192.0.2.2")).toBe(0);
    take("half", 0.5, [ban("192.0.2.2", 16)]);
    expect(hours("192.0.2.2")).toBe(5);
  });

  test("never touch the never-banned, nor a ban of our own, its end and its evidence", () => {
    const { bans, take, hours } = setUp();
    bans.ban([{ prefix: "203.0.113.0/24", seconds: 3600, evidence: "ours", by: "automation" }]);
    const list = [ban("198.51.100.9"), ban("203.0.113.7"), ban("10.0.0.0/8"), ban("nonsense")];
    expect(take("whole", 1, list)).toMatchObject({ applied: 0, kept: 1, refused: 3 });
    expect(hours("203.0.113.7")).toBe(1);
    expect(bans.list().map(({ evidence }) => evidence)).toEqual(["ours"]);
  });

  test("end where the peer takes them back, unless a list is not whole", () => {
    const { take, hours } = setUp();
    take("whole", 1, [ban("192.0.2.1"), ban("192.0.2.2")]);
    expect(take("whole", 1, [ban("192.0.2.1")], false).withdrawn).toBe(0);
    expect(hours("192.0.2.2")).toBe(10);
    expect(take("whole", 1, [ban("192.0.2.1")]).withdrawn).toBe(1);
    expect([hours("192.0.2.1"), hours("192.0.2.2")]).toEqual([10, 0]);
  });

  test("are bounded in number and time, and stay lifted where an operator lifted them", () => {
    const { take, hours, bans } = setUp();
    const many = Array.from({ length: 20 }, (_, i) => ban(`192.0.2.${i}`, 1000));
    expect(take("whole", 1, many, true, 5)).toMatchObject({ applied: 5, refused: 15 });
    expect(hours("192.0.2.0")).toBe(7 * 24);
    bans.lift("192.0.2.0");
    take("whole", 1, many, true, 5);
    expect(hours("192.0.2.0")).toBe(0);
  });

  test("are not told to others as our own", () => {
    const { take, bans } = setUp();
    take("whole", 1, [ban("192.0.2.1")]);
    bans.ban([{ prefix: "192.0.2.9", seconds: 3600, evidence: "ours", by: "operator" }]);
    expect(shared(bans.list(), 0, WALL)).toEqual([
      {
        prefix: "192.0.2.9",
        since: "2026-01-01T00:00:00.000Z",
        until: "2026-01-01T01:00:00.000Z",
        evidence: "ours",
        by: "operator",
      },
    ]);
  });
});

describe("lists that are fetched", () => {
  test("are taken from who signed them, when it is time, and a peer that is down changes nothing", async () => {
    const { peers, hours } = setUp();
    const clock = new FakeClock(WALL);
    const asked: string[] = [];
    const warned: object[] = [];
    const answers: Record<string, () => Response> = {
      "http://a.test/bans": () => new Response(signBanList([ban("192.0.2.1")], WALL, keyA)),
      // Signed by somebody else than the peer that was asked.
      "http://b.test/bans": () => new Response(signBanList([ban("192.0.2.2")], WALL, keyA)),
    };
    const settings = bansSchema.parse({
      pullSeconds: 60,
      peers: [
        { name: "a", key: keyA.publicText, trust: 1, url: "http://a.test/bans" },
        { name: "b", key: keyB.publicText, trust: 1, url: "http://b.test/bans" },
      ],
    });
    const logger = { info: () => {}, warn: (fields: object) => void warned.push(fields) } as never;
    const pull = new BanPull({
      clock,
      logger,
      settings: () => settings,
      peers,
      fetch: async (url) => {
        asked.push(url);
        return (answers[url] as () => Response)();
      },
    });
    await pull.pull();
    expect([hours("192.0.2.1"), hours("192.0.2.2")]).toEqual([10, 0]);
    expect(warned).toMatchObject([{ peer: "b" }]);
    answers["http://a.test/bans"] = () => new Response("gone", { status: 500 });
    await pull.pull();
    expect(hours("192.0.2.1")).toBe(10);
    asked.length = 0;
    clock.advance(1000);
    expect(asked).toEqual(["http://a.test/bans"]);
    pull.close();
  });
});
