import { browser, PATHS } from "#mitigate/testing/people.ts";
import { address, page } from "#mitigate/testing/patterns.ts";
import { type Asked, flood, later, PLAIN, type Source } from "#mitigate/testing/traffic.ts";

/** An attack that takes its time, or that has been there before: more than a rate of requests. */
export interface Scene {
  readonly name: string;
  /** Milliseconds of ordinary traffic before it. */
  readonly calm: number;
  readonly lasts: number;
  /** Requests a second, once it is in full swing. */
  readonly rate: number;
  /** Milliseconds until it has to be held off, where a second is not enough; null: it begins too slowly. */
  readonly within?: number | null;
  /** Share of people's requests that are refused where nothing can be known yet. */
  readonly refused?: number;
  /** Share of its requests that may reach the site in all, where it changes all the time. */
  readonly through?: number;
  readonly make: (from: number, to: number, random: () => number) => readonly Source[];
}

type Dice = (most: number) => number;

const diceOf =
  (random: () => number): Dice =>
  (most) =>
    Math.floor(random() * most);

interface More extends Partial<Omit<Scene, "name" | "rate">> {
  /** Requests a second so many milliseconds after it began, where they are not always `rate`. */
  readonly pace?: (at: number) => number;
}

const CALM = 60_000;

function scene(
  name: string,
  rate: number,
  make: (n: number, any: Dice) => Partial<Asked>,
  { pace, ...more }: More = {},
): Scene {
  return {
    name,
    calm: CALM,
    lasts: 20_000,
    rate,
    make: (from, to, random) => [
      flood(pace ?? rate, from, to, random, (n) => make(n, diceOf(random))),
    ],
    ...more,
  };
}

/** A page for the nth of `count` clients, each with an address and a browser. */
function inTurn(n: number, count: number, any: Dice): Partial<Asked> {
  const client = n % count;
  return { address: address(client), path: page(any), ...browser(client) };
}

/** A page for any of `count` addresses, with any browser's looks. */
function somebody(count: number, any: Dice): Partial<Asked> {
  return { address: address(any(count)), path: page(any), ...browser(any(16)) };
}

/** The nth request of recorded visits: a page and five files, with the cookies of who was recorded. */
function recorded(n: number, from: number, person: number): Partial<Asked> {
  const asked: Partial<Asked> =
    n % 6 === 0
      ? { path: PATHS[Math.floor(n / 6000) % PATHS.length] as string }
      : { path: `/static/${(n % 6) - 1}.css`, kind: "asset" };
  const cookies = 2001 + person;
  return { address: address(from), ...browser(person), cookies, referer: true, ...asked };
}

/** Programs that load whole pages as browsers do, keep cookies, and read nothing. */
function headless(
  count: number,
  pause: number,
  from: number,
  to: number,
  random: () => number,
): Source {
  const next = Array.from({ length: count }, () => from + random() * pause);
  const visits = Array.from({ length: count }, () => 0);
  return later((start, end, put) => {
    for (let n = 0; n < count; n++) {
      while ((next[n] as number) < Math.min(end, to)) {
        const at = Math.max(start, next[n] as number);
        const jar = 90_000 + n;
        const base = { ...PLAIN, ...browser(n), isAttack: true, address: address(n), jar };
        const seen = visits[n] !== 0;
        visits[n] = (visits[n] as number) + 1;
        put({
          ...base,
          at,
          path: page(diceOf(random)),
          follows: true,
          cookies: seen ? jar : 0,
          referer: seen,
        });
        for (let i = 0; i < 5; i++) {
          put({
            ...base,
            at: at + 20 + i * 10,
            path: `/static/${i}.css`,
            kind: "asset",
            follows: true,
            cookies: jar,
            referer: true,
          });
        }
        next[n] = at + pause;
      }
    }
  });
}

/** What ordinary visitors ask, in the same shares. */
function ordinary(n: number, any: Dice): Partial<Asked> {
  const looks = browser(any(16));
  const cookies = any(3) === 0 ? 0 : 50_000 + any(1e6);
  if (any(8) === 0) return { path: "/feed.xml", kind: "feed", agent: `Reader ${any(5)}` };
  if (any(6) === 0) return { path: "/api/items", kind: "data", agent: "inventory" };
  if (any(2) === 0)
    return { path: `/static/${n % 5}.css`, kind: "asset", cookies, referer: true, ...looks };
  return { path: page(any), cookies, referer: any(2) === 0, ...looks };
}

const HOPS: readonly ((any: Dice) => Partial<Asked>)[] = [
  (any) => somebody(300, any),
  (any) => ({ address: "127.9.9.9", agent: `Agent ${any(50)}` }),
  (any) => ({
    address: address(1000 + any(300)),
    method: "POST",
    path: "/login",
    kind: "data",
    ...browser(any(16)),
  }),
  (any) => ({ address: address(2000 + any(300)), path: `/${any(1e9).toString(36)}.php` }),
  (any) => ({
    address: address(3000 + any(300)),
    query: `q=${any(1e9)}`,
    path: "/search",
    ...browser(any(16)),
    cookies: any(1e9),
  }),
  (any) => ({
    address: address(4000 + any(300)),
    path: "/api/items",
    kind: "data",
    agent: "okhttp/4",
  }),
  (any) => ({
    address: address(5000 + any(300)),
    method: "HEAD",
    path: page(any),
    agent: "curl/8",
    headers: "curl",
  }),
];

export const SCENES: readonly Scene[] = [
  scene(
    "a few addresses that come to be known as they ask more and more",
    400,
    (n, any) => inTurn(n, 60, any),
    {
      pace: (at) => Math.min(400, 2 + Math.max(0, at) / 50),
      lasts: 40_000,
      within: 5000,
      through: 0.02,
    },
  ),
  {
    name: "addresses that asked now and then before",
    calm: CALM,
    lasts: 20_000,
    rate: 800,
    within: 3000,
    make: (from, to, random) => {
      const make = (n: number): Partial<Asked> => inTurn(n, 400, diceOf(random));
      return [
        flood(50, from - 30_000, from, random, (n) => ({ ...make(n), isAttack: false })),
        flood(800, from, to, random, make),
      ];
    },
  },
  scene(
    "another pattern each second",
    800,
    (n, any) => (HOPS[Math.floor(n / 800) % HOPS.length] as (typeof HOPS)[number])(any),
    { lasts: 30_000, through: 0.15 },
  ),
  scene(
    "another neighbourhood each second, each with its own looks",
    800,
    (n, any) => ({
      address: `127.${80 + (Math.floor(n / 800) % 40)}.1.${any(250)}`,
      agent: `Agent ${Math.floor(n / 800)}`,
      headers: `order-${Math.floor(n / 800) % 3}`,
      path: page(any),
    }),
    { within: 3000 },
  ),
  scene("pages with two files each, no cookies, all browsers' looks", 1200, (n) => ({
    address: address(Math.floor(n / 3) % 3000),
    ...browser(Math.floor(n / 3)),
    ...(n % 3 === 0
      ? { path: PATHS[Math.floor(n / 9000) % PATHS.length] as string }
      : { path: `/static/${n % 3}.css`, kind: "asset" as const, referer: true }),
  })),
  scene(
    "the visits of a hundred people, played again from elsewhere",
    1200,
    (n) => recorded(n, Math.floor(n / 6) % 1600, Math.floor(n / 6) % 100),
    { within: 3000 },
  ),
  scene(
    "the same, each from three places only",
    1200,
    (n) => {
      const person = Math.floor(n / 6) % 400;
      return recorded(n, person * 3 + (Math.floor(n / 2400) % 3), person);
    },
    { within: 3000 },
  ),
  scene("few addresses that ask no faster than a reader", 60, (n, any) => inTurn(n, 60, any), {
    within: 3000,
  }),
  scene(
    "few addresses at a reader's pace, with cookies that are kept",
    100,
    (n, any) => ({ ...inTurn(n, 100, any), cookies: 70_000 + (n % 100), referer: true }),
    { within: 3000 },
  ),
  scene("things deleted and put at paths of their own", 300, (n, any) => ({
    address: address(any(800)),
    method: ["PUT", "DELETE", "PATCH"][n % 3] as string,
    path: `/api/items/${any(1e6)}`,
    kind: "data",
    agent: `Agent ${any(100)}`,
  })),
  scene("one clearance that many share", 600, (_, any) => ({
    address: `127.90.1.${any(250)}`,
    path: page(any),
    cookies: 4242,
    isCleared: true,
    ...browser(2),
  })),
  scene("OPTIONS for everything", 800, (_, any) => ({
    ...somebody(1500, any),
    method: "OPTIONS",
    kind: "data",
  })),
  scene("pages of a folder that are not there", 500, (_, any) => ({
    address: address(any(1500)),
    path: `/board/a/${any(1e9)}`,
    cookies: any(2) * (1 + any(1e9)),
    referer: true,
    ...browser(any(16)),
  })),
  scene("a third of a second of each", 700, (n, any) => inTurn(n, 2000, any), {
    pace: (at) => (at % 1000 < 300 ? 2500 : 0),
    within: 1500,
  }),
  {
    name: "whole pages by programs that keep cookies and read nothing",
    calm: CALM,
    lasts: 20_000,
    rate: 900,
    within: 7000,
    through: 0.05,
    make: (from, to, random) => [headless(150, 1000, from, to, random)],
  },
  {
    name: "the same, faster",
    calm: CALM,
    lasts: 20_000,
    rate: 1800,
    within: 3000,
    make: (from, to, random) => [headless(120, 400, from, to, random)],
  },
  scene(
    "everything that visitors ask, in the same shares",
    900,
    (n, any) => ({ address: address(any(2500)), ...ordinary(n, any) }),
    { within: 2000 },
  ),
  scene("the client of the interface, from everywhere", 400, (_, any) => ({
    address: address(any(500)),
    path: "/api/items",
    kind: "data",
    agent: "inventory",
    headers: "program",
  })),
  scene("names and orders of fields that are new each time", 800, (_, any) => ({
    address: address(any(1e6)),
    path: page(any),
    agent: `x${any(1e9)}`,
    headers: `x${any(1e9)}`,
  })),
  scene("neighbours of readers, with their looks", 300, (n, any) => ({
    address: `127.1.0.${60 + any(150)}`,
    path: page(any),
    cookies: any(2) * (60_000 + (n % 150)),
    referer: true,
    ...browser(any(16)),
  })),
  scene("little, but for long", 45, (_, any) => somebody(2000, any), { within: 3000 }),
  scene("files that no cache has", 900, (_, any) => ({
    address: address(any(1500)),
    path: `/static/${any(5)}.css`,
    query: `v=${any(1e9)}`,
    kind: "asset",
    referer: true,
    ...browser(any(16)),
  })),
  scene("loud before the site is known", 800, (_, any) => somebody(1500, any), { calm: 5000 }),
  scene("one loud client before the site is known", 800, () => ({ address: "127.9.9.9" }), {
    calm: 3000,
  }),
  scene("browsers on every page from the first second", 800, (_, any) => somebody(1500, any), {
    calm: 200,
    within: 2000,
    refused: 0.006,
  }),
  scene("a slow growth over two minutes", 130, (n, any) => inTurn(n, 900, any), {
    pace: (at) => 5 + Math.max(0, at) / 1000,
    lasts: 120_000,
    within: null,
    through: 0.12,
  }),
];
