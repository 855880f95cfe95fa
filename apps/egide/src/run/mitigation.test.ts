import { expect, test } from "bun:test";
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

/** One address that asks `rate` times a second, while `clock` goes on; what came of it. */
function stage() {
  const clock = new FakeClock();
  const now = machineTime(clock);
  const enforced: (readonly EnforcedRule[])[] = [];
  const bans: BanWish[] = [];
  const mitigation = new Mitigation({
    clock,
    logger: createLogger({ isTerminal: false, level: "error", write() {}, colour: false }),
    memory: createMitigationMemory(),
    now,
    zones: () => [ZONE],
    enforce: (_, rules) => void enforced.push(rules),
    ban: (_, wishes) => void bans.push(...wishes),
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
  return { clock, enforced, bans, play };
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
