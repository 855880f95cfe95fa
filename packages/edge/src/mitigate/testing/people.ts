import { type Asked, later, PLAIN, type Source } from "#mitigate/testing/traffic.ts";

const BROWSERS = ["Firefox 140", "Chrome 150", "Safari 19", "Edge 150"] as const;
const LANGUAGES = ["en-GB,en;q=0.9", "fr-FR,fr;q=0.9,en;q=0.5", "de-DE,de;q=0.9", "en-US,en;q=0.8"];

export interface Crowd {
  readonly people: number;
  readonly random: () => number;
  /** Where they are: one address each, or the same for all. */
  readonly address: (person: number) => string;
  /** Milliseconds between two pages, on average. */
  readonly think: number;
  readonly paths: readonly string[];
  readonly from?: number;
  readonly to?: number;
  /** People come one after the other over so many milliseconds. */
  readonly ramp?: number;
  /** Their browsers, unless they are as everybody's. */
  readonly looks?: typeof browser;
  /** Milliseconds after which they leave. */
  readonly stays?: number;
  /** Share of visits on which a form is sent to `form`. */
  readonly writes?: number;
  readonly form?: string;
  /** They are near: a page has all that it brings along within a few milliseconds. */
  readonly isNear?: boolean;
  /** Tells their jars from those of another crowd. */
  readonly jars?: number;
}

/** Looks of a browser, one of a few as in the world. */
export function browser(n: number): Pick<Asked, "agent" | "headers" | "language"> {
  const i = n % BROWSERS.length;
  return {
    agent: BROWSERS[i] as string,
    headers: `browser-${i}`,
    language: LANGUAGES[(n >> 2) % LANGUAGES.length] as string,
  };
}

/** People with browsers: a page, its images soon after, a while of reading, the next page. */
export function people(crowd: Crowd): Source {
  const { random, paths, from = 0, to = Number.POSITIVE_INFINITY, ramp = crowd.think } = crowd;
  const {
    stays = Number.POSITIVE_INFINITY,
    writes = 0,
    form = "/form",
    jars = 0,
    looks = browser,
  } = crowd;
  const next = Array.from({ length: crowd.people }, () => from + random() * ramp);
  const leave = next.map((at) => at + stays);
  const visits = Array.from({ length: crowd.people }, () => 0);

  const load = (person: number, at: number, put: (asked: Asked) => void): void => {
    const jar = jars + person + 1;
    const base = {
      ...PLAIN,
      ...looks(person),
      address: crowd.address(person),
      follows: true,
      jar,
      referer: visits[person] !== 0,
      cookies: visits[person] === 0 ? 0 : jar,
    };
    const path = paths[Math.floor(random() * paths.length)] as string;
    put({ ...base, at, path });
    const delay = crowd.isNear === true ? () => 1 + random() * 20 : () => 80 + random() * 250;
    for (let i = 0; i < 5; i++) {
      const file = { path: `/static/${i}.css`, kind: "asset" as const };
      put({ ...base, ...file, cookies: jar, referer: true, at: at + delay() });
    }
    if (random() >= writes) return;
    const post = { method: "POST", path: form, kind: "data" as const };
    put({ ...base, ...post, cookies: jar, referer: true, at: at + 1500 + random() * 3000 });
  };

  return later((start, end, put) => {
    for (let person = 0; person < crowd.people; person++) {
      while ((next[person] as number) < Math.min(end, to, leave[person] as number)) {
        const at = Math.max(start, next[person] as number);
        load(person, at, put);
        visits[person] = (visits[person] as number) + 1;
        next[person] = at - Math.log(1 - random()) * crowd.think;
      }
    }
  });
}

export interface Programs {
  readonly count: number;
  readonly random: () => number;
  readonly address: (n: number) => string;
  readonly looks: (n: number) => Partial<Asked>;
  /** The path of the nth request. */
  readonly path: (n: number) => string;
  readonly from: number;
  readonly to: number;
  /** Milliseconds between two requests of one. */
  readonly every: number;
  /** All within so many milliseconds of each other. */
  readonly spread: number;
}

/** Programs that ask by the clock: feed readers, clients of an interface, bots. */
export function programs(options: Programs): Source {
  const { count, random, address, looks, path, from, to, every, spread } = options;
  const next = Array.from({ length: count }, () => from + random() * spread);
  let asked = 0;
  return later((_, end, put) => {
    for (let n = 0; n < count; n++) {
      while ((next[n] as number) < Math.min(end, to)) {
        put({
          ...PLAIN,
          agent: "program",
          headers: "program",
          ...looks(n),
          at: next[n] as number,
          address: address(n),
          path: path(asked++),
        });
        next[n] = (next[n] as number) + every;
      }
    }
  });
}

/** What every site of the simulation has. */
export const PATHS = ["/", "/news", "/about", "/board/a/", "/board/b/", "/search"];

/** Forty readers with addresses of their own, eight behind one, newcomers, programs: an everyday. */
export function everyday(random: () => number, end: number): Source[] {
  return [
    people({ people: 40, random, address: (n) => `127.1.0.${n + 1}`, think: 4000, paths: PATHS }),
    people({
      people: 8,
      random,
      address: () => "127.2.0.1",
      think: 4000,
      paths: PATHS,
      jars: 1000,
    }),
    // Newcomers, some each second.
    people({
      people: 400,
      random,
      address: (n) => `127.3.${n >> 8}.${n & 255}`,
      think: 6000,
      paths: PATHS,
      ramp: end,
      stays: 20_000,
      jars: 2000,
    }),
    programs({
      count: 5,
      random,
      address: (n) => `127.4.0.${n}`,
      looks: (n) => ({ kind: "feed", agent: `Reader ${n}` }),
      path: () => "/feed.xml",
      from: 0,
      to: end,
      every: 10_000,
      spread: 10_000,
    }),
    programs({
      count: 1,
      random,
      address: () => "127.4.0.100",
      looks: () => ({ kind: "data", agent: "inventory" }),
      path: () => "/api/items",
      from: 0,
      to: end,
      every: 500,
      spread: 500,
    }),
    programs({
      count: 1,
      random,
      address: () => "127.4.0.101",
      looks: () => ({ agent: "FairBot" }),
      path: (n) => PATHS[n % PATHS.length] as string,
      from: 0,
      to: end,
      every: 400,
      spread: 400,
    }),
  ];
}
