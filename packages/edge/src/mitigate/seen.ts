const SPAN_MS = 3000;
const MOST_COOKIES = 256;
/** A cookie that comes back after this long was kept, not made up. */
const RETURN_MS = 100;
/** Or that so many files of a page came with: where a visitor is near, they are there at once. */
const RETURN_FILES = 2;

/** What is remembered of one address and user agent. Times are monotonic milliseconds; counts are weighted. */
export interface Seen {
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
  /** When the last page was asked for, and how long after the one before; 0: there is none. */
  turned: number;
  gap: number;
  /** Until then one of many who turn pages as no crowd does; somebody else may come from there later. */
  hastyUntil: number;
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

export function fresh(at: number): Seen {
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
    turned: 0,
    gap: 0,
    hastyUntil: Number.NEGATIVE_INFINITY,
    cookies: new Map(),
    sessions: 0,
    jar: 0,
  };
}

/** One reader, not several behind an address. */
export function isAlone({ cookies, sessions }: Seen): boolean {
  return cookies.size <= 2 && sessions <= 1;
}

/** Somebody who has a page and files: those are asked for with the cookies that came with the page. */
export function isLoader({ fetched, assets }: Seen): boolean {
  return fetched > 0 && assets > 0;
}

export function noteCookies(seen: Seen, cookies: number, at: number, isFile: boolean): void {
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
export function turn(seen: Seen, now: number): void {
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
export function spanOf(seen: Seen, now: number): number {
  const before = seen.requestsBefore > 0 ? SPAN_MS : 0;
  return Math.max(2000, Math.min(now - seen.first, now - seen.span + before));
}
