import { describe, expect, test } from "bun:test";
import { seeded } from "@egide/std/random.ts";
import { everyday, PATHS, people, programs } from "#mitigate/testing/people.ts";
import { play } from "#mitigate/testing/stage.ts";
import type { Source } from "#mitigate/testing/traffic.ts";

/** Nobody attacks anybody here: what is said to be an attack is a mistake. */

const CALM = 60_000;
const END = CALM + 40_000;
const random = seeded(23);

interface Event {
  readonly name: string;
  readonly sources: () => readonly Source[];
}

const EVENTS: readonly Event[] = [
  { name: "nothing at all", sources: () => [] },
  {
    name: "twenty times the readers on one article",
    sources: () => [
      people({
        people: 2000,
        random,
        address: (n) => `127.60.${n >> 8}.${n & 255}`,
        think: 5000,
        paths: ["/news/one"],
        from: CALM,
        ramp: 5000,
        jars: 10_000,
      }),
    ],
  },
  {
    name: "the same, who come from a link and leave after one page",
    sources: () => [
      people({
        people: 6000,
        random,
        address: (n) => `127.${60 + (n >> 12)}.${(n >> 4) & 255}.${n & 15}`,
        think: 15_000,
        paths: ["/news/one"],
        from: CALM,
        ramp: 20_000,
        stays: 1000,
        jars: 10_000,
      }),
    ],
  },
  {
    name: "a crowd whom one app sends, so that all browsers are alike",
    sources: () => [
      people({
        people: 2000,
        random,
        address: (n) => `127.64.${n >> 8}.${n & 255}`,
        think: 8000,
        paths: ["/news/one"],
        from: CALM,
        ramp: 5000,
        looks: () => ({ agent: "App 7", headers: "app", language: "en-US" }),
        jars: 10_000,
      }),
    ],
  },
  {
    name: "a launch: everybody looks at one page and many order",
    sources: () => [
      people({
        people: 1500,
        random,
        address: (n) => `127.61.${n >> 8}.${n & 255}`,
        think: 6000,
        paths: ["/launch", "/launch", "/launch", "/about"],
        from: CALM,
        ramp: 3000,
        writes: 0.3,
        form: "/order",
        jars: 10_000,
      }),
    ],
  },
  {
    name: "three hundred feed readers at the same second, again and again",
    sources: () => [
      programs({
        count: 300,
        random,
        address: (n) => `127.62.${n >> 8}.${n & 255}`,
        looks: (n) => ({ kind: "feed", agent: `Reader ${n % 40}`, headers: `reader-${n % 12}` }),
        path: () => "/feed.xml",
        from: CALM,
        to: END,
        every: 10_000,
        spread: 900,
      }),
    ],
  },
  {
    name: "a search engine that reads the whole site",
    sources: () => [
      programs({
        count: 1,
        random,
        address: () => "127.63.0.1",
        looks: () => ({ agent: "FairBot" }),
        path: (n) => (n % 3 === 0 ? `/news/${n}` : (PATHS[n % PATHS.length] as string)),
        from: CALM,
        to: END,
        every: 50,
        spread: 50,
      }),
    ],
  },
  {
    name: "an office of 500 behind one address",
    sources: () => [
      people({
        people: 500,
        random,
        address: () => "127.70.0.1",
        think: 5000,
        paths: PATHS,
        from: CALM,
        ramp: 5000,
        writes: 0.05,
        jars: 10_000,
      }),
    ],
  },
  {
    name: "the same in the next room, where everything is there at once",
    sources: () => [
      people({
        people: 500,
        random,
        address: () => "127.70.0.1",
        think: 6000,
        paths: PATHS,
        from: CALM,
        ramp: 5000,
        isNear: true,
        jars: 10_000,
      }),
    ],
  },
  {
    name: "a client of the interface that catches up",
    sources: () => [
      programs({
        count: 1,
        random,
        address: () => "127.4.0.100",
        looks: () => ({ kind: "data", agent: "inventory" }),
        path: () => "/api/items",
        from: CALM,
        to: CALM + 10_000,
        every: 40,
        spread: 40,
      }),
    ],
  },
];

describe.each(EVENTS.map((event) => [event.name, event] as const))("%s", (_, { sources }) => {
  test("nobody is refused, next to nobody is challenged", () => {
    const run = play([...everyday(seeded(5), END), ...sources()], END);
    expect(run.refused).toBe(0);
    expect(run.challenged / run.people).toBeLessThan(0.001);
    expect(run.decisions.filter(({ decision }) => decision.kind === "ban")).toEqual([]);
  }, 120_000);
});
