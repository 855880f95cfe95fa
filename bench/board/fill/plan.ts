import { seeded } from "@egide/std/random.ts";

/** How large the site is that pages are read from. */
export interface Size {
  readonly threads: number;
  readonly posts: number;
  readonly seed: number;
}

export interface PlannedThread {
  readonly no: number;
  readonly replies: number;
  readonly files: number;
  readonly lastNo: number;
  /** Among the last bumped, which a board's pages show; the others are archived. */
  readonly live: boolean;
}

/** Who replies to whom on one board; arrays by the number of a post, from 1. */
export interface BoardPlan {
  readonly uri: string;
  /** Posts of the board: its last number. */
  readonly posts: number;
  /** Number of the opening post. */
  readonly threadOf: Int32Array;
  /** Number that the post quotes, or 0. */
  readonly quotes: Int32Array;
  readonly quotedBy: ReadonlyMap<number, readonly number[]>;
  /** 1: has a picture. */
  readonly pictured: Uint8Array;
  /** In the order of their opening. */
  readonly threads: readonly PlannedThread[];
}

const THREADS_OF_A_BOARD = 2000;
/** 15 pages of 10, as boards have by default. */
const LIVE = 150;
/** As a board takes by default. */
const REPLIES_MOST = 1000;
/** Spread of the lengths of threads: the longest hundredth has eight times the mean and more. */
const SPREAD = 1.2;
const PICTURED_OPENINGS = 0.8;
const PICTURED_REPLIES = 0.15;
const QUOTING = 0.25;

/** The boards of a site. They grow as boards do: 150 threads at a time, each bumped by every reply. */
export function planBoards({ threads, posts, seed }: Size): readonly BoardPlan[] {
  const boards = Math.max(1, Math.round(threads / THREADS_OF_A_BOARD));
  return Array.from({ length: boards }, (_, index) => {
    const share = (all: number): number =>
      Math.floor((all * (index + 1)) / boards) - Math.floor((all * index) / boards);
    return planBoard(`bench${index}`, share(threads), share(posts), seeded(seed + index));
  });
}

function planBoard(uri: string, threads: number, posts: number, random: () => number): BoardPlan {
  const replies = lengths(threads, posts - threads, random);
  const threadOf = new Int32Array(posts + 1);
  const quotes = new Int32Array(posts + 1);
  const pictured = new Uint8Array(posts + 1);
  const quotedBy = new Map<number, number[]>();
  const made: { no: number; replies: number; files: number; lastNo: number }[] = [];
  const active: { thread: (typeof made)[number]; left: number }[] = [];
  for (let no = 1; no <= posts; no += 1) {
    const opens = made.length < threads && active.length < LIVE;
    pictured[no] = random() < (opens ? PICTURED_OPENINGS : PICTURED_REPLIES) ? 1 : 0;
    if (opens) {
      const left = replies[made.length] as number;
      const thread = { no, replies: left, files: pictured[no] as number, lastNo: no };
      made.push(thread);
      if (left > 0) active.push({ thread, left });
      threadOf[no] = no;
      continue;
    }
    const at = Math.floor(random() * active.length);
    const { thread } = active[at] as (typeof active)[number];
    threadOf[no] = thread.no;
    if (random() < QUOTING) {
      const quoted = random() < 0.5 ? thread.no : thread.lastNo;
      quotes[no] = quoted;
      const known = quotedBy.get(quoted);
      if (known === undefined) quotedBy.set(quoted, [no]);
      else known.push(no);
    }
    thread.lastNo = no;
    thread.files += pictured[no] as number;
    const entry = active[at] as (typeof active)[number];
    entry.left -= 1;
    if (entry.left === 0) {
      active[at] = active.at(-1) as (typeof active)[number];
      active.pop();
    }
  }
  const bumped = made.map(({ lastNo }) => lastNo).sort((a, b) => b - a);
  const oldest = bumped[Math.min(LIVE, bumped.length) - 1] ?? 0;
  const planned = made.map((thread) => ({ ...thread, live: thread.lastNo >= oldest }));
  return { uri, posts, threadOf, quotes, quotedBy, pictured, threads: planned };
}

/** Replies of each thread: most threads short, a few long, so many together as were asked for. */
function lengths(threads: number, replies: number, random: () => number): Int32Array {
  const most = Math.max(REPLIES_MOST, Math.ceil(replies / threads));
  const out = new Int32Array(threads);
  let sum = 0;
  for (let at = 0; at < threads; at += 1) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const times = Math.exp(SPREAD * normal - SPREAD ** 2 / 2);
    out[at] = Math.min(most, Math.round((replies / threads) * times));
    sum += out[at] as number;
  }
  while (sum !== replies) {
    const at = Math.floor(random() * threads);
    const length = out[at] as number;
    const step = sum < replies ? 1 : -1;
    if (length + step < 0 || length + step > most) continue;
    out[at] = length + step;
    sum += step;
  }
  return out;
}
