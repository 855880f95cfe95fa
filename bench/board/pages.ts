import { seeded } from "@egide/std/random.ts";
import type { BoardPlan } from "./fill/plan.ts";
import { vocabulary } from "./fill/text.ts";
import { HOST, type Site } from "./site.ts";

export interface PageTimes {
  readonly name: string;
  readonly pages: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  /** Milliseconds of CPU a page. */
  readonly cpu: number;
  /** Bytes of the middle page. */
  readonly bytes: number;
  /** Whether the goal holds for it. */
  readonly goal: boolean;
}

interface PageKind {
  readonly name: string;
  /** Whether the goal holds for it. */
  readonly goal: boolean;
  path(random: () => number): string;
}

const WARMING = 100;
const PAGES = 2000;
/** Pages that are many times as dear are asked for less often. */
const DEAR_PAGES = 300;

/** Times pages of each kind, of the board alone: no edge keeps them. */
export async function timePages(
  site: Site,
  plans: readonly BoardPlan[],
  seed: number,
): Promise<readonly PageTimes[]> {
  const out: PageTimes[] = [];
  for (const kind of pageKinds(plans, seed)) {
    const times = await timeKind(site, kind, kind.goal ? PAGES : DEAR_PAGES);
    out.push(times);
    console.error(`${kind.name}: p50 ${times.p50.toFixed(1)}, p99 ${times.p99.toFixed(1)} ms`);
  }
  return out;
}

/** What readers ask for; each is another page each time. */
function pageKinds(plans: readonly BoardPlan[], seed: number): readonly PageKind[] {
  const words = vocabulary(seeded(seed));
  const pick = <T>(from: readonly T[], random: () => number): T =>
    from[Math.floor(random() * from.length)] as T;
  const board = (random: () => number): BoardPlan => pick(plans, random);
  const live = plans.map(({ threads }) => threads.filter((thread) => thread.live));
  const [longest] = plans
    .flatMap(({ uri, threads }) => threads.map((thread) => ({ uri, ...thread })))
    .sort((a, b) => b.replies - a.replies);
  const word = (from: number, to: number, random: () => number): string =>
    words[from + Math.floor(random() * (to - from))] as string;
  return [
    {
      name: "index",
      goal: true,
      path: (random) => `/${board(random).uri}/${1 + Math.floor(random() * 15)}`,
    },
    { name: "catalog", goal: true, path: (random) => `/${board(random).uri}/catalog` },
    {
      name: "thread, any of all",
      goal: true,
      path(random) {
        const { uri, threads } = board(random);
        return `/${uri}/thread/${pick(threads, random).no}`;
      },
    },
    {
      name: "thread, as often as posted in",
      goal: true,
      path(random) {
        const { uri, threadOf, posts } = board(random);
        return `/${uri}/thread/${threadOf[1 + Math.floor(random() * posts)]}`;
      },
    },
    {
      name: "thread, live",
      goal: true,
      path(random) {
        const at = Math.floor(random() * plans.length);
        return `/${plans[at]?.uri}/thread/${pick(live[at] ?? [], random).no}`;
      },
    },
    {
      name: `the longest, ${longest?.replies} replies`,
      goal: false,
      path: () => `/${longest?.uri}/thread/${longest?.no}`,
    },
    { name: "overboard", goal: false, path: () => "/overboard" },
    {
      name: "search, two words, a board",
      goal: false,
      path: (random) =>
        `/search?board=${board(random).uri}&q=${word(50, 2000, random)}+${word(50, 2000, random)}`,
    },
    {
      name: "search, a rare word, all",
      goal: false,
      path: (random) => `/search?q=${word(8000, 30_000, random)}`,
    },
    {
      name: "search, two of the commonest",
      goal: false,
      path: (random) => `/search?q=${word(0, 10, random)}+${word(0, 10, random)}`,
    },
  ];
}

/** Searches are paced by neighbourhood: each comes from another. */
function neighbour(at: number): string {
  const street = at + WARMING;
  return `10.${street >> 8}.${street & 255}.1`;
}

/** Asks for pages one after another, over one connection; times are until the last byte, in ms. */
async function timeKind(site: Site, kind: PageKind, count: number): Promise<PageTimes> {
  const random = seeded(count);
  const times: number[] = [];
  const sizes: number[] = [];
  let before = 0;
  for (let at = -WARMING; at < count; at += 1) {
    if (at === 0) before = site.cpu().serving;
    const path = kind.path(random);
    const from = performance.now();
    const response = await fetch(site.url + path, {
      headers: { host: HOST, "accept-encoding": "identity", "x-forwarded-for": neighbour(at) },
    });
    const { byteLength } = await response.arrayBuffer();
    const took = performance.now() - from;
    if (response.status !== 200) throw new Error(`${path} answers ${response.status}`);
    if (at < 0) continue;
    times.push(took);
    sizes.push(byteLength);
  }
  times.sort((a, b) => a - b);
  sizes.sort((a, b) => a - b);
  const share = (of: readonly number[], part: number): number =>
    of[Math.min(of.length - 1, Math.floor(of.length * part))] as number;
  return {
    name: kind.name,
    pages: count,
    p50: share(times, 0.5),
    p99: share(times, 0.99),
    most: times.at(-1) as number,
    cpu: (site.cpu().serving - before) / 1000 / count,
    bytes: share(sizes, 0.5),
    goal: kind.goal,
  };
}
