import { describe, expect, test } from "bun:test";
import { mitigationFileSchema } from "@egide/contract/mitigation-file.ts";
import { seeded } from "@egide/std/random.ts";
import { PATTERNS } from "#mitigate/testing/patterns.ts";
import { everyday, people } from "#mitigate/testing/people.ts";
import { play, timeToMitigate, type Verdicts } from "#mitigate/testing/stage.ts";
import { flood, type Source } from "#mitigate/testing/traffic.ts";

const CALM = 60_000;
const END = CALM + 20_000;

const random = seeded(11);
const any = (most: number): number => Math.floor(random() * most);

describe.each(PATTERNS.map((pattern) => [pattern.name, pattern] as const))(
  "%s",
  (_, { rate, make, within = 1000 }) => {
    const attack = flood(rate, CALM, END, random, (n) => make(n, any));
    const run = play([...everyday(seeded(3), END), attack], END + 120_000);

    test("is held off at once", () => {
      expect(timeToMitigate(run.passed, CALM, rate)).toBeLessThanOrEqual(within);
    });

    test("without people being hurt", () => {
      expect(run.refused).toBe(0);
      expect(run.challenged / run.people).toBeLessThan(0.01);
    });

    test("and forgotten when it is over", () => {
      expect(run.guard.rules).toEqual([]);
    });
  },
);

describe("an attack that begins while a crowd is there", () => {
  const BEGINS = CALM + 10_000;
  const hidden = PATTERNS.filter(({ name }) =>
    ["one loud client", "browsers' looks on pages of the site", "login stuffing"].includes(name),
  );
  test.each(hidden.map((pattern) => [pattern.name, pattern] as const))(
    "%s",
    (_, pattern) => {
      const dice = seeded(29);
      const crowd = people({
        people: 2000,
        random: dice,
        address: (n) => `127.60.${n >> 8}.${n & 255}`,
        think: 5000,
        paths: ["/news/one"],
        from: CALM,
        ramp: 5000,
        jars: 10_000,
      });
      const attack = flood(pattern.rate, BEGINS, BEGINS + 15_000, dice, (n) =>
        pattern.make(n, (most) => Math.floor(dice() * most)),
      );
      const run = play([...everyday(seeded(3), END), crowd, attack], BEGINS + 20_000);
      expect(timeToMitigate(run.passed, BEGINS, pattern.rate)).toBeLessThanOrEqual(1000);
      expect(run.refused).toBe(0);
      expect(run.challenged / run.people).toBeLessThan(0.001);
    },
    120_000,
  );
});

test("an attack that swells slowly is one none the less", () => {
  const dice = seeded(31);
  const attack = flood(
    (at) => 10 + Math.max(0, at) / 50,
    CALM,
    CALM + 40_000,
    dice,
    () => ({ address: `127.50.${Math.floor(dice() * 12)}.${Math.floor(dice() * 256)}` }),
  );
  const run = play([...everyday(seeded(3), CALM + 40_000), attack], CALM + 40_000);
  expect(run.passed.length / run.attack).toBeLessThan(0.05);
  expect(run.refused).toBe(0);
}, 60_000);

test("a process that takes over knows what is usual, and tells nobody who asked", () => {
  const dice = seeded(37);
  const before = play(everyday(seeded(3), CALM), CALM);
  const saved = before.guard.save(500);
  expect(saved.kept).toHaveLength(500);
  expect(JSON.stringify(saved)).not.toContain("127.1.");
  const again = mitigationFileSchema.parse({
    format: 1,
    wall: 0,
    zones: { example: JSON.parse(JSON.stringify(saved)) },
    visitors: [],
  });
  // The same visitors on the first seconds of the newer process: too many for who knows nothing.
  const told = ({ decisions }: Verdicts): number =>
    decisions.filter(({ decision }) => decision.kind === "crowd" || decision.kind === "made")
      .length;
  const visitors = (): Source[] => [
    people({
      people: 350,
      random: dice,
      address: (n) => `127.8.${n >> 8}.${n & 255}`,
      think: 4000,
      paths: ["/", "/news"],
    }),
  ];
  expect(told(play(visitors(), 10_000))).toBeGreaterThan(0);
  const busy = play(visitors(), CALM).guard.save(500);
  expect(told(play(visitors(), 10_000, {}, busy))).toBe(0);
  expect(again.zones["example"]).toEqual(saved);
}, 60_000);
