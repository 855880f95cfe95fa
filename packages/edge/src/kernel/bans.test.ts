import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { cidrContains, parseIp } from "@egide/std/ip.ts";
import { BanFile } from "#kernel/ban-file.ts";
import { BanTable, BanTableWriter, createBanTableMemory } from "#kernel/ban-table.ts";
import { type BanRequest, Bans, outermost } from "#kernel/bans.ts";
import { NeverBan } from "#kernel/never.ts";
import { formatIp, parsePrefix } from "#kernel/prefix.ts";

function setUp(neverBan: string[] = [], most = 1000) {
  const clock = new FakeClock();
  const never = new NeverBan();
  never.set("configuration", neverBan);
  const memory = createBanTableMemory(4096);
  const log: { added: string[]; removed: string[] }[] = [];
  const bans = new Bans({
    never,
    most,
    now: () => clock.monotonic(),
    wall: () => clock.now(),
    sinks: [
      new BanTableWriter(memory),
      {
        changed: (added, removed) =>
          void log.push({
            added: added.map(({ prefix }) => prefix.text),
            removed: removed.map(({ prefix }) => prefix.text),
          }),
      },
    ],
  });
  const table = new BanTable(memory);
  const isBanned = (address: string): boolean => table.has(address, clock.monotonic());
  return { clock, never, bans, log, isBanned };
}

function ask(prefix: string, seconds = 60, by: BanRequest["by"] = "automation"): BanRequest {
  return { prefix, seconds, by, evidence: "test" };
}

describe("prefixes", () => {
  test("have one spelling", () => {
    expect(parsePrefix("192.0.2.77/24")?.text).toBe("192.0.2.0/24");
    expect(parsePrefix("192.0.2.77/32")?.text).toBe("192.0.2.77");
    expect(parsePrefix("2001:DB8:0:0:1:0:0:1")?.text).toBe("2001:db8::1:0:0:1");
    expect(parsePrefix("2001:db8:1:2:3:4:5:6/63")?.text).toBe("2001:db8:1:2::/63");
    expect(parsePrefix("::ffff:192.0.2.1")?.text).toBe("192.0.2.1");
    expect(parsePrefix("::/0")?.text).toBe("::/0");
    expect(parsePrefix("nonsense")).toBeNull();
    expect(parsePrefix("192.0.2.1/33")).toBeNull();
  });

  test("that are printed are read as they were", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const again = parseIp(formatIp(bytes)) as Uint8Array;
        expect(again.length === 4 ? again : again.join()).toEqual(
          again.length === 4 ? bytes.slice(12) : bytes.join(),
        );
      }),
    );
  });
});

describe("bans", () => {
  test("hold for their time and no longer, for all that lies within", () => {
    const { bans, clock, isBanned } = setUp();
    expect(isBanned("198.51.100.7")).toBe(false);
    bans.ban([ask("198.51.100.0/24"), ask("2001:db8:1:2::/64", 30), ask("203.0.113.9")]);
    expect(["198.51.100.7", "2001:db8:1:2:ffff::1", "203.0.113.9"].map(isBanned)).toEqual([
      true,
      true,
      true,
    ]);
    expect(["198.51.101.7", "2001:db8:1:3::1", "203.0.113.8", "x"].map(isBanned)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    clock.advance(31_000);
    expect(isBanned("2001:db8:1:2:ffff::1")).toBe(false);
    expect(isBanned("203.0.113.9")).toBe(true);
    clock.advance(30_000);
    bans.expire();
    expect(bans.size).toBe(0);
    expect(isBanned("203.0.113.9")).toBe(false);
  });

  test("hold as long as the last of those that cover an address", () => {
    const { bans, clock, isBanned } = setUp();
    bans.ban([ask("198.51.100.0/24", 60), ask("198.51.100.7", 30)]);
    for (const [ms, wanted] of [
      [0, true],
      [31_000, true],
      [30_000, false],
    ] as const) {
      clock.advance(ms);
      expect(isBanned("198.51.100.7")).toBe(wanted);
    }
    bans.ban([ask("198.51.100.7", 30)]);
    expect(isBanned("198.51.100.7")).toBe(true);
    bans.lift("198.51.100.7");
    expect(isBanned("198.51.100.7")).toBe(false);
  });

  test("neither end nor begin when the wall clock jumps", () => {
    const { bans, clock, isBanned } = setUp();
    bans.ban([ask("198.51.100.7", 60)]);
    for (const jump of [86_400_000 * 365, -86_400_000 * 3650]) {
      clock.jump(jump);
      bans.expire();
      expect(isBanned("198.51.100.7")).toBe(true);
      expect(isBanned("198.51.100.8")).toBe(false);
    }
    clock.advance(61_000);
    bans.expire();
    expect(bans.list()).toEqual([]);
  });

  test("never touch what must not be banned, wider or narrower, whoever asks", () => {
    const { bans, never, isBanned } = setUp(["192.0.2.0/28", "2001:db8::/48"]);
    const kinds = bans
      .ban([
        ask("192.0.2.3"),
        ask("192.0.2.0/24", 60, "operator"),
        ask("192.0.0.0/16", 60, "peer"),
        ask("2001:db8:0:5::/64"),
        ask("192.0.2.16"),
      ])
      .map(({ kind }) => kind);
    expect(kinds).toEqual(["never", "never", "never", "never", "banned"]);
    expect(isBanned("192.0.2.3")).toBe(false);
    expect(bans.ban([ask("192.0.2.3")])).toEqual([
      { kind: "never", entry: "192.0.2.0/28 (configuration)" },
    ]);
    // What is listed later is freed at once.
    never.set("bots", ["192.0.2.16"]);
    bans.recheck();
    expect(isBanned("192.0.2.16")).toBe(false);
    expect(bans.size).toBe(0);
  });

  test("are only prolonged by what decides by itself; a person may shorten", () => {
    const { bans, clock } = setUp();
    bans.ban([ask("198.51.100.7", 600)]);
    expect(bans.ban([ask("198.51.100.7", 60)])).toEqual([{ kind: "kept" }]);
    expect(bans.ban([ask("198.51.100.7", 60, "operator")])).toEqual([{ kind: "banned" }]);
    expect(bans.find("198.51.100.7")?.ends).toBe(clock.monotonic() + 60_000);
  });

  test("of half the world or of nonsense are refused", () => {
    const { bans } = setUp();
    const wanted = ["10.0.0.0/8", "10.0.0.0/15", "2001::/16", "nowhere", "0.0.0.0/0"];
    expect(bans.ban(wanted.map((prefix) => ask(prefix))).map(({ kind }) => kind)).toEqual([
      "too_wide",
      "too_wide",
      "too_wide",
      "malformed",
      "too_wide",
    ]);
    expect(bans.ban([ask("10.0.0.0/8", 60, "operator"), ask("0.0.0.0/0", 9, "operator")])).toEqual([
      { kind: "banned" },
      { kind: "too_wide" },
    ]);
    expect(bans.ban([ask("192.0.2.1", Number.NaN)])[0]?.kind).toBe("malformed");
  });

  test("are bounded: what ends first makes room", () => {
    const { bans, log } = setUp([], 10);
    bans.ban(Array.from({ length: 15 }, (_, i) => ask(`10.0.0.${i}`, 100 + i)));
    expect(bans.size).toBe(10);
    expect(bans.find("10.0.0.4")).toBeNull();
    expect(log.at(-1)?.added.length).toBe(10);
  });

  test("are lifted one by one", () => {
    const { bans, isBanned } = setUp();
    bans.ban([ask("198.51.100.0/24"), ask("198.51.100.7")]);
    expect(bans.lift("198.51.100.0/24")).toBe(true);
    expect(bans.lift("198.51.100.0/24")).toBe(false);
    expect(isBanned("198.51.100.7")).toBe(true);
    expect(isBanned("198.51.100.8")).toBe(false);
  });

  test("in shared memory are those of a plain model", () => {
    const address = fc
      .tuple(fc.constantFrom(10, 11), fc.nat(3), fc.nat(3), fc.nat(3))
      .map((bytes) => bytes.join("."));
    const step = fc.oneof(
      fc.record({
        op: fc.constant("ban" as const),
        address,
        bits: fc.integer({ min: 16, max: 32 }),
      }),
      fc.record({
        op: fc.constant("lift" as const),
        address,
        bits: fc.integer({ min: 16, max: 32 }),
      }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.array(address, { maxLength: 8 }),
        (steps, probes) => {
          const { bans, isBanned } = setUp();
          const model = new Map<string, { bytes: Uint8Array; bits: number }>();
          for (const { op, address, bits } of steps) {
            const prefix = parsePrefix(`${address}/${bits}`);
            if (prefix === null) throw new Error("no prefix");
            if (op === "ban") {
              bans.ban([ask(prefix.text)]);
              model.set(prefix.text, prefix);
            } else expect(bans.lift(prefix.text)).toBe(model.delete(prefix.text));
            // Asked after each step: what is remembered of a look-up must not outlive it.
            for (const probe of [address, ...probes]) {
              const bytes = parseIp(probe) as Uint8Array;
              const wanted = [...model.values()].some((block) => cidrContains(block, bytes));
              expect(isBanned(probe)).toBe(wanted);
              expect(bans.find(probe) !== null).toBe(wanted);
            }
          }
        },
      ),
    );
  });

  test("go to the kernel as blocks that do not overlap", () => {
    const { bans } = setUp();
    bans.ban([
      ask("10.1.0.0/16"),
      ask("10.1.2.0/24"),
      ask("10.1.2.3"),
      ask("10.2.0.0/24"),
      ask("10.2.1.0/24"),
    ]);
    const { singles, blocks } = outermost(bans.list());
    expect(singles.map(({ prefix }) => prefix.text)).toEqual(["10.1.2.3"]);
    expect(blocks.map(({ prefix }) => prefix.text).sort()).toEqual([
      "10.1.0.0/16",
      "10.2.0.0/24",
      "10.2.1.0/24",
    ]);
  });
});

describe("over a restart", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  function setUpFile() {
    const folder = mkdtempSync(join(tmpdir(), "egide-bans-"));
    folders.push(folder);
    const path = join(folder, "bans.json");
    const failures: unknown[] = [];
    const open = (clock: FakeClock, bans: () => Bans | null, boot: string, since = 0) =>
      new BanFile({
        path,
        clock,
        boot,
        now: () => clock.monotonic() + since,
        list: () => bans()?.list() ?? [],
        onFailure: (error) => void failures.push(error),
      });
    /** A process that bans one address for ten minutes, and ends a minute later. */
    const write = (): FakeClock => {
      const clock = new FakeClock();
      const file: BanFile = open(clock, () => bans, "first");
      const bans = new Bans({
        never: new NeverBan(),
        most: 10,
        now: () => clock.monotonic(),
        wall: () => clock.now(),
        sinks: [file],
      });
      bans.ban([ask("198.51.100.7", 600)]);
      clock.advance(60_000);
      return clock;
    };
    return { path, failures, open, write };
  }

  test("of the process, what is left is left, whatever the wall clock says", () => {
    const { open, write } = setUpFile();
    const clock = write();
    clock.jump(86_400_000);
    const [ban] = open(clock, () => null, "first").read();
    expect(ban?.prefix.text).toBe("198.51.100.7");
    expect(ban?.ends).toBe(600_000);
  });

  test("of the machine, the time that it was off has passed", () => {
    const { open, write } = setUpFile();
    const written = write().now();
    const clock = new FakeClock(written + 120_000);
    const [ban] = open(clock, () => null, "second").read();
    // It was written a second after the ban was made.
    expect(ban?.ends).toBeGreaterThan(600_000 - 59_000 - 120_000 - 2000);
    expect(ban?.ends).toBeLessThan(600_000 - 120_000);
  });

  test("of a machine that has lost its clock, nobody is banned for longer than was said", () => {
    const { open, write } = setUpFile();
    write();
    const [ban] = open(new FakeClock(0), () => null, "second", 5000).read();
    expect(ban?.ends).toBeLessThanOrEqual(5000 + 600_000);
    expect(ban?.ends).toBeGreaterThan(5000 + 500_000);
  });

  test("with a broken file, says so and begins empty", () => {
    const { open, path, failures } = setUpFile();
    writeFileSync(path, "{");
    expect(open(new FakeClock(), () => null, "first").read()).toEqual([]);
    expect(failures.length).toBe(1);
  });
});
