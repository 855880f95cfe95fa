import { expect, test } from "bun:test";
import type { MitigationFileContent } from "@egide/contract/mitigation-file.ts";
import { zoneSchema } from "@egide/contract/policy/zone.ts";
import { createMitigationMemory } from "@egide/edge/mitigate/memory.ts";
import { FEATURES } from "@egide/edge/mitigate/features.ts";
import type { Observation } from "@egide/edge/mitigate/observation.ts";
import type { BanWish } from "@egide/edge/mitigate/strikes.ts";
import type { EnforcedRule } from "@egide/edge/mitigate/zone-watch.ts";
import { machineTime } from "@egide/edge/wire/process-time.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { createLogger } from "#log/logger.ts";
import { Mitigation } from "#run/mitigation.ts";

const ZONE = zoneSchema.parse({
  id: "z",
  hosts: ["site.test"],
  origin: { origins: [{ url: "http://127.0.0.1:1" }] },
});
const HOUR = 3_600_000;

/** What is kept over a restart. */
interface Kept {
  content: Pick<MitigationFileContent, "zones" | "visitors"> | null;
}

/** One address that asks `rate` times a second, while `clock` goes on; what came of it. */
function stage(file: Kept = { content: null }) {
  const clock = new FakeClock();
  const now = machineTime(clock);
  const enforced: (readonly EnforcedRule[])[] = [];
  const bans: BanWish[] = [];
  const mitigation = new Mitigation({
    clock,
    logger: createLogger({ isTerminal: false, level: "error", write() {}, colour: false }),
    memory: createMitigationMemory(new Uint8Array(32)),
    now,
    zones: () => [ZONE],
    enforce: (_, rules) => void enforced.push(rules),
    ban: (_, wishes) => void bans.push(...wishes),
    file: {
      read: () => file.content ?? { zones: {}, visitors: [] },
      write: (content) => void (file.content = content),
    },
    remember() {},
  });
  const report = (rate: number): void => {
    const rule = enforced.at(-1)?.[0];
    const isStopped = rule !== undefined && rate > 10;
    const count = rate / 10;
    const sample: Observation = {
      at: now(),
      weight: count,
      visitor: 1,
      address: "192.0.2.1",
      cookies: 0,
      kind: "page",
      method: "GET",
      known: false,
      resource: "/",
      features: FEATURES.map(({ name }) => (name === "address" ? "192.0.2.1" : "")),
    };
    mitigation.take([
      {
        zone: "z",
        ms: 100,
        arrived: isStopped ? 0 : count,
        inFlight: 0,
        samples: isStopped ? [] : [sample],
        served: [],
        stopped: new Map(isStopped ? [[rule.id, count]] : []),
        stoppedBy: new Map(isStopped ? [["192.0.2.1", count]] : []),
        heededBy: new Map(),
      },
    ]);
  };
  const play = (seconds: number, rate: number): void => {
    for (let tick = 0; tick < seconds * 10; tick++) {
      if (rate > 0) report(rate);
      clock.advance(100);
    }
  };
  return { clock, enforced, bans, play, mitigation };
}

test.each([
  ["forward", HOUR],
  ["a day forward", 24 * HOUR],
  ["back", -HOUR],
  ["years back", -20_000 * HOUR],
])("a wall clock that jumps %s neither begins nor ends a rule or a ban", (_, jump) => {
  const calm = stage();
  calm.clock.advance(100);
  calm.play(10, 5);
  calm.clock.jump(jump);
  calm.play(10, 5);
  expect(calm.enforced).toEqual([]);

  const attacked = stage();
  attacked.clock.advance(100);
  attacked.play(5, 400);
  expect(attacked.enforced.at(-1)).toHaveLength(1);
  const banned = attacked.bans.length;
  expect(banned).toBe(1);
  attacked.clock.jump(jump);
  attacked.play(10, 400);
  expect(attacked.enforced).toHaveLength(1);
  expect(attacked.bans).toHaveLength(banned);
  // Nothing more comes: it ends by its own time, as if nobody had touched the clock.
  attacked.play(10, 0);
  expect(attacked.enforced).toHaveLength(1);
  attacked.play(10, 0);
  expect(attacked.enforced.at(-1)).toEqual([]);
});

test("a newer process takes over what was learned, and who is known", () => {
  const file: Kept = { content: null };
  const older = stage(file);
  older.clock.advance(100);
  older.play(20, 5);
  older.mitigation.save();
  const saved = file.content;
  expect(saved?.visitors).toHaveLength(1);
  expect(saved?.zones["z"]?.rate).toBeCloseTo(5, 0);
  expect(saved?.zones["z"]?.kept.length).toBeGreaterThan(50);
  expect(JSON.stringify(saved)).not.toContain("192.0.2.1");
  // It drains after that: what it still sees must not undo what the newer one has learned.
  older.mitigation.handOver();
  older.play(90, 5);
  older.mitigation.close();
  expect(file.content).toBe(saved);

  const newer = stage(file);
  newer.clock.advance(100);
  newer.mitigation.close();
  expect(file.content?.visitors).toEqual(saved?.visitors as [number, number][]);
  expect(file.content?.zones["z"]?.rate).toBeCloseTo(saved?.zones["z"]?.rate ?? 0, 1);
  expect(file.content?.zones["z"]?.kept).toEqual(saved?.zones["z"]?.kept ?? []);
});

test("what was learned is kept every minute, and when the process ends", () => {
  const file: Kept = { content: null };
  const { clock, play, mitigation } = stage(file);
  clock.advance(100);
  play(59, 5);
  expect(file.content).toBeNull();
  play(2, 5);
  const first = file.content;
  expect(first).not.toBeNull();
  mitigation.close();
  expect(file.content).not.toBe(first);
});
