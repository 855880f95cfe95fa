import { describe, expect, test } from "bun:test";
import { seeded } from "@egide/std/random.ts";
import { play, type Verdicts } from "#mitigate/testing/stage.ts";
import { flood, people, type Source } from "#mitigate/testing/traffic.ts";

const CALM = 60_000;
const END = CALM + 20_000;
const PATHS = ["/", "/news", "/about", "/board/a/", "/board/b/", "/search"];

/** Forty readers with addresses of their own, eight behind one, as the site's everyday. */
function everyday(seed: number): Source[] {
  const random = seeded(seed);
  return [
    people({ people: 40, random, address: (n) => `127.1.0.${n + 1}`, think: 4000, paths: PATHS }),
    people({ people: 8, random, address: () => "127.2.0.1", think: 4000, paths: PATHS }),
    // Newcomers, some each second.
    people({
      people: 400,
      random,
      address: (n) => `127.3.${n >> 8}.${n & 255}`,
      think: 6000,
      paths: PATHS,
      ramp: END,
    }),
  ];
}

/** Milliseconds from the first request of the attack until 99 of 100 no longer come through. */
function timeToMitigate({ passed }: Verdicts, from: number, rate: number): number {
  for (let at = from; at < from + 15_000; at += 100) {
    const through = passed.filter((each) => each >= at && each < at + 1000).length;
    if (through <= rate * 0.01) return at - from;
  }
  return Number.POSITIVE_INFINITY;
}

const random = seeded(11);
const any = (n: number): number => Math.floor(random() * n);
const address = (n: number): string => `127.50.${(n >> 8) & 255}.${n & 255}`;
const browser = (): { agent: string; headers: string } => {
  const n = any(4);
  const agent = ["Firefox 140", "Chrome 150", "Safari 19", "Edge 150"][n] as string;
  return { agent, headers: `browser-${n}` };
};

describe.each([
  ["one loud client", 800, () => ({ address: "127.9.9.9" })],
  ["one loud client behind the address of people", 800, () => ({ address: "127.2.0.1" })],
  ["thousands of quiet clients", 2000, () => ({ address: address(any(4000)) })],
  [
    "thousands of quiet clients that look like browsers",
    2000,
    () => ({ address: address(any(4000)), ...browser() }),
  ],
  [
    "browsers' looks on pages of the site",
    1500,
    () => ({ address: address(any(4000)), ...browser(), path: PATHS[any(PATHS.length)] as string }),
  ],
  [
    "cache busting",
    1500,
    () => ({ address: address(any(500)), query: `x${any(1e9)}=${any(1e9)}`, ...browser() }),
  ],
  [
    "random paths",
    1500,
    () => ({ address: address(any(500)), path: `/${any(1e9).toString(36)}`, ...browser() }),
  ],
  [
    "login stuffing",
    150,
    () => ({
      address: address(any(300)),
      method: "POST",
      path: "/login",
      kind: "data" as const,
      ...browser(),
    }),
  ],
  [
    "machines that keep cookies",
    900,
    (n: number) => ({ address: address(n % 200), cookies: 5000 + (n % 200), ...browser() }),
  ],
])("%s", (_name, rate, make) => {
  const attack = flood(rate, CALM, END, random, make);
  const run = play([...everyday(3), attack], END + 120_000);

  test("is held off within a second", () => {
    expect(timeToMitigate(run, CALM, rate)).toBeLessThanOrEqual(1000);
  });

  test("without people being hurt", () => {
    expect(run.peopleStopped / run.people).toBeLessThan(0.005);
  });

  test("and forgotten when it is over", () => {
    expect(run.guard.rules).toEqual([]);
  });
});

test("an attack that changes its pattern is met each time", () => {
  const patterns = [0, 1, 2, 3].map((i) =>
    flood(1200, CALM + i * 5000, CALM + (i + 1) * 5000, random, () => ({
      address: address(any(2000)),
      headers: `tool-${i}`,
      path: `/p${i}`,
    })),
  );
  const run = play([...everyday(4), ...patterns], END);
  for (let i = 0; i < 4; i++) {
    expect(timeToMitigate(run, CALM + i * 5000, 1200)).toBeLessThanOrEqual(1000);
  }
  expect(run.peopleStopped / run.people).toBeLessThan(0.005);
});

describe("a day without an attack", () => {
  const nobody = ({ peopleStopped, decisions }: Verdicts): void => {
    expect(decisions.filter(({ decision }) => decision.kind === "made")).toEqual([]);
    expect(peopleStopped).toBe(0);
  };

  test("twenty times the readers on one article", () => {
    const crowd = people({
      people: 2000,
      random,
      address: (n) => `127.60.${n >> 8}.${n & 255}`,
      think: 5000,
      paths: ["/news/one"],
      from: CALM,
      ramp: 5000,
    });
    nobody(play([...everyday(5), crowd], END));
  });

  test("an office of 500 behind one address", () => {
    const office = people({
      people: 500,
      random,
      address: () => "127.70.0.1",
      think: 5000,
      paths: PATHS,
      from: CALM,
      ramp: 5000,
    });
    nobody(play([...everyday(6), office], END));
  });
});
