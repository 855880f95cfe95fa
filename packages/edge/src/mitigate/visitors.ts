import type { SavedZone } from "@egide/contract/mitigation-file.ts";
import { Jars, type SavedJars } from "#mitigate/jars.ts";
import type { Observation } from "#mitigate/observation.ts";

/** What is remembered of one address and user agent. Times are monotonic milliseconds; counts are weighted. */
interface Seen {
  readonly first: number;
  last: number;
  /** Start of the running span, and what was asked in it and in the one before. */
  span: number;
  pages: number;
  pagesBefore: number;
  requests: number;
  requestsBefore: number;
  /** In all. */
  fetched: number;
  assets: number;
  posts: number;
  /** Each set of cookies, until it is a session. */
  readonly cookies: Map<number, Kept>;
  sessions: number;
  /** The cookies of the last request that had any. */
  jar: number;
}

/** Cookies that were sent since `first`, `files` times with what a page brings along; < 0: a session. */
interface Kept {
  readonly first: number;
  files: number;
}

const SPAN_MS = 3000;
const MOST = 50_000;
const MOST_COOKIES = 256;
/** A cookie that comes back after this long was kept, not made up. */
const RETURN_MS = 100;
/** Or that so many files of a page came with: where a visitor is near, they are there at once. */
const RETURN_FILES = 2;
/** Pages a second that no reader turns. */
const READER = 2;
/** A site with fewer images and styles than this to a page shows nothing by them. */
const PLAIN = 0.2;
/** Asking so often without a picture, a style or a cookie is no browser's way. */
const BARE_PAGES = 4;
/** After so many pages a reader has the cookies that the site gives out. */
const READ_PAGES = 3;
const BARE_POSTS = 2;

/** What is kept over a restart of a site's ways. */
export type SavedWays = Pick<SavedZone, "pages" | "assets"> & SavedJars;

/** How a visitor's behaviour looks so far. */
export type Bearing = "person" | "machine" | "unclear";

/**
 * What visitors do tells people from machines without asking them: pages bring their images along,
 * cookies come back, nobody reads ten pages a second; and where many sessions share an address, it may
 * ask for as much as they all. Bounded: the longest unseen are forgotten.
 */
export class Visitors {
  readonly #seen = new Map<number, Seen>();
  readonly #jars = new Jars();
  /** Of ordinary pages and of what they bring along. */
  #pages = 0;
  #assets = 0;

  get size(): number {
    return this.#seen.size;
  }

  note({ visitor, at, kind, method, weight, cookies }: Observation): void {
    let seen = this.#seen.get(visitor);
    if (seen === undefined) {
      seen = fresh(at);
      if (this.#seen.size >= MOST) this.#forget();
    } else {
      // A Map keeps the order of insertion: the longest unseen stand at its beginning.
      this.#seen.delete(visitor);
    }
    this.#seen.set(visitor, seen);
    turn(seen, at);
    seen.last = at;
    seen.requests += weight;
    if (cookies !== 0) {
      noteCookies(seen, cookies, at, kind === "asset");
      this.#jars.note(cookies, visitor, at);
    }
    if (kind === "asset") seen.assets += weight;
    else if (method !== "GET" && method !== "HEAD") seen.posts += weight;
    else if (kind === "page") {
      seen.pages += weight;
      seen.fetched += weight;
    }
  }

  /**
   * What is usual on this site: that pages bring images and styles along, that readers bring cookies
   * back, that nobody has the cookies of another. Told of ordinary requests alone.
   */
  learn(observations: readonly Observation[]): void {
    for (const { kind, weight, visitor, cookies } of observations) {
      if (kind === "asset") this.#assets += weight;
      if (kind !== "page") continue;
      this.#pages += weight;
      if ((this.#seen.get(visitor)?.fetched ?? 0) < READ_PAGES) continue;
      this.#jars.learn(cookies);
    }
  }

  save(): SavedWays {
    return { pages: this.#pages, assets: this.#assets, ...this.#jars.save() };
  }

  restore(saved: SavedWays): void {
    this.#pages = saved.pages;
    this.#assets = saved.assets;
    this.#jars.restore(saved);
  }

  /** Seen for at least `ms`, so that something can be said. */
  isRipe(visitor: number, now: number, ms: number): boolean {
    const seen = this.#seen.get(visitor);
    return seen !== undefined && now - seen.first >= ms;
  }

  bearing(visitor: number, now: number): Bearing {
    const seen = this.#seen.get(visitor);
    if (seen === undefined) return "unclear";
    turn(seen, now);
    const readers = Math.max(1, seen.sessions);
    if (((seen.pages + seen.pagesBefore) * 1000) / spanOf(seen, now) > READER * readers) {
      return "machine";
    }
    // A browser's ways, but not its memory: somebody plays a visit again.
    const isForgetful = seen.cookies.size === 0 && seen.fetched >= READ_PAGES;
    if (this.#jars.isOdd(seen.jar, isForgetful)) return "unclear";
    if (seen.fetched > 0 && seen.assets > 0) return "person";
    // Where pages bring nothing along, a cookie that comes back has to do.
    const isPlain = this.#pages >= 100 && this.#assets < this.#pages * PLAIN;
    if (isPlain && seen.sessions > 0 && seen.fetched > 0) return "person";
    const isBare = seen.assets === 0 && seen.sessions === 0;
    if (
      isBare &&
      (seen.fetched >= BARE_PAGES || (seen.fetched === 0 && seen.posts >= BARE_POSTS))
    ) {
      return "machine";
    }
    return "unclear";
  }

  /** Requests a second lately. */
  rate(visitor: number, now: number): number {
    const seen = this.#seen.get(visitor);
    if (seen === undefined) return 0;
    turn(seen, now);
    return ((seen.requests + seen.requestsBefore) * 1000) / spanOf(seen, now);
  }

  #forget(): void {
    let surplus = MOST / 20;
    for (const visitor of this.#seen.keys()) {
      this.#seen.delete(visitor);
      if (--surplus <= 0) return;
    }
  }
}

function fresh(at: number): Seen {
  return {
    first: at,
    last: at,
    span: at,
    pages: 0,
    pagesBefore: 0,
    requests: 0,
    requestsBefore: 0,
    fetched: 0,
    assets: 0,
    posts: 0,
    cookies: new Map(),
    sessions: 0,
    jar: 0,
  };
}

function noteCookies(seen: Seen, cookies: number, at: number, isFile: boolean): void {
  const kept = seen.cookies.get(cookies);
  if (kept === undefined) {
    if (seen.cookies.size < MOST_COOKIES) {
      seen.cookies.set(cookies, { first: at, files: isFile ? 1 : 0 });
    }
    return;
  }
  if (kept.files < 0) return;
  if (isFile) kept.files += 1;
  if (at - kept.first < RETURN_MS && kept.files < RETURN_FILES) return;
  kept.files = -1;
  seen.sessions += 1;
}

/** Ends spans that are over. */
function turn(seen: Seen, now: number): void {
  const past = now - seen.span;
  if (past < SPAN_MS) return;
  const isNext = past < 2 * SPAN_MS;
  seen.pagesBefore = isNext ? seen.pages : 0;
  seen.requestsBefore = isNext ? seen.requests : 0;
  seen.pages = 0;
  seen.requests = 0;
  seen.span = isNext ? seen.span + SPAN_MS : now;
}

/** Milliseconds that the counts of both spans are about; never so few that one page is a rate. */
function spanOf(seen: Seen, now: number): number {
  const before = seen.requestsBefore > 0 ? SPAN_MS : 0;
  return Math.max(2000, Math.min(now - seen.first, now - seen.span + before));
}
