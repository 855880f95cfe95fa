import { seeded } from "@egide/std/random.ts";
import type { Target } from "#drill/connection.ts";
import type { Outcome, Shot } from "#drill/outcome.ts";
import { Person, type Site } from "#drill/person.ts";
import { Program } from "#drill/program.ts";
import { pick, wait } from "#drill/random.ts";
import { browser, program } from "#drill/request.ts";

export interface PeopleOptions {
  readonly target: Target;
  readonly site: Site;
  readonly seed: number;
  /** Readers with an address each, and those who share one. */
  readonly readers: number;
  readonly neighbours: number;
  /** Addresses of one group of visitors: loopback, or what the operator listed. */
  readonly address: (group: number, n: number) => string | undefined;
  /** Milliseconds since the drill began. */
  readonly now: () => number;
  readonly told: (shot: Shot) => void;
}

const THINK_MS = 4000;
const FEED_READERS = 5;
/** A new reader comes this often, and an old one leaves. */
const NEWCOMER_MS = 1500;

/** The visitors that a site has on an ordinary day, for as long as the drill lasts. */
export function startPeople(options: PeopleOptions): { stop(): void } {
  const { target, site, seed, now } = options;
  const random = seeded(seed);
  const told = (outcome: Outcome, ms: number): void => options.told({ at: now(), ms, outcome });
  const reader = (address: string | undefined): Person =>
    new Person({ target, address, looks: browser(random), site, random, think: THINK_MS, told });
  const readers: Person[] = [];
  for (let n = 0; n < options.readers; n++) readers.push(reader(options.address(1, n)));
  for (let n = 0; n < options.neighbours; n++) readers.push(reader(options.address(2, 0)));
  const { pages, feed, data } = site;
  const programs: Program[] = [];
  const add = (n: number, name: string, accept: string, next: () => string, mean: number): void => {
    const pause = (): number => wait(mean, random);
    const looks = program(name, accept);
    const address = options.address(3, n);
    programs.push(new Program({ target, address, looks, next, pause, told }));
  };
  for (let n = 0; n < (feed === null ? 0 : FEED_READERS); n++) {
    add(n, `FeedReader/${n}.1`, "application/rss+xml, */*", () => feed ?? "/", 10_000);
  }
  if (data !== null) add(10, "inventory-client/2.4", "application/json", () => data, 500);
  add(
    11,
    "Mozilla/5.0 (compatible; FairSearchBot/1.0)",
    "text/html",
    () => pick(pages, random),
    400,
  );
  for (const each of readers) each.start(random() * THINK_MS);
  for (const each of programs) each.start(random() * 1000);
  let newcomers = 0;
  const coming = setInterval(() => {
    const next = reader(options.address(4, newcomers++));
    next.start(0);
    readers.push(next);
    if (readers.length > options.readers + options.neighbours + 10) {
      readers.splice(options.readers + options.neighbours, 1)[0]?.stop();
    }
  }, NEWCOMER_MS);
  return {
    stop() {
      clearInterval(coming);
      for (const each of [...readers, ...programs]) each.stop();
    },
  };
}
