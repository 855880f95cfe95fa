import type { SavedZone } from "@egide/contract/mitigation-file.ts";
import { Jars, type SavedJars } from "#mitigate/jars.ts";
import { AFTER_MS, Paces, type SavedPaces } from "#mitigate/paces.ts";
import { fresh, isAlone, isLoader, noteCookies, type Seen, spanOf, turn } from "#mitigate/seen.ts";
import type { Observation } from "#mitigate/observation.ts";

const MOST = 50_000;
/** Pages a second that no reader turns. */
const READER = 2;
/** A site with fewer images and styles than this to a page shows nothing by them. */
const PLAIN = 0.2;
/** Asking so often without a picture, a style or a cookie is no browser's way. */
const BARE_PAGES = 4;
/** After so many pages a reader has the cookies that the site gives out. */
const READ_PAGES = 3;
const BARE_POSTS = 2;
/** Of a crowd: younger visitors can't have turned a page, and who has been silent for longer is gone. */
const GROUP_MS = 1000;
const PRESENT_MS = 5000;
/** Visitors by whom a crowd's pace is told. */
const MOST_GROUP = 2000;

/** What is kept over a restart of a site's ways. */
export type SavedWays = Pick<SavedZone, "pages" | "assets"> & SavedJars & SavedPaces;

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
  readonly #paces = new Paces();
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
      seen.jar = cookies;
      noteCookies(seen, cookies, at, kind === "asset");
      this.#jars.note(cookies, visitor, at);
    }
    if (kind === "asset") seen.assets += weight;
    else if (method !== "GET" && method !== "HEAD") seen.posts += weight;
    else if (kind === "page") {
      seen.pages += weight;
      seen.fetched += weight;
      seen.gap = seen.turned === 0 ? 0 : at - seen.turned;
      seen.turned = at;
    }
  }

  /**
   * What is usual on this site: that pages bring images and styles along, that readers bring cookies
   * back, that nobody has the cookies of another. Told of ordinary requests alone.
   */
  learn(observations: readonly Observation[]): void {
    for (const { kind, weight, visitor, cookies } of observations) {
      if (kind === "asset") {
        this.#assets += weight;
        const seen = this.#seen.get(visitor);
        if (seen !== undefined && isLoader(seen)) this.#jars.learnFile(seen.cookies.size > 0);
      }
      if (kind !== "page") continue;
      this.#pages += weight;
      const seen = this.#seen.get(visitor);
      if (seen === undefined) continue;
      const isReader = isAlone(seen) && (seen.assets > 0 || seen.sessions > 0);
      if (isReader && seen.gap > 0) this.#paces.learn(seen.gap);
      if (seen.fetched >= READ_PAGES) this.#jars.learn(cookies);
    }
  }

  save(): SavedWays {
    return {
      pages: this.#pages,
      assets: this.#assets,
      ...this.#jars.save(),
      ...this.#paces.save(),
    };
  }

  restore(saved: SavedWays): void {
    this.#pages = saved.pages;
    this.#assets = saved.assets;
    this.#jars.restore(saved);
    this.#paces.restore(saved);
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
    if (now < seen.hastyUntil) return "machine";
    const readers = Math.max(1, seen.sessions);
    if (((seen.pages + seen.pagesBefore) * 1000) / spanOf(seen, now) > READER * readers) {
      return "machine";
    }
    // A browser's ways, but not its memory: somebody plays a visit again.
    const hasRead = this.#jars.areUsual && seen.fetched >= READ_PAGES;
    const hasLoaded = this.#jars.areGivenAtOnce && isLoader(seen);
    if (seen.cookies.size === 0 && (hasRead || hasLoaded)) return "unclear";
    if (this.#jars.isShared(seen.jar)) return "unclear";
    if (isLoader(seen)) return "person";
    // Where pages bring nothing along, a cookie that comes back has to do.
    const isPlain = this.#pages >= 100 && this.#assets < this.#pages * PLAIN;
    if (isPlain && seen.sessions > 0 && seen.fetched > 0) return "person";
    const isTelling = !isPlain || this.#jars.areUsual;
    const isBare = isTelling && seen.assets === 0 && seen.sessions === 0;
    if (
      isBare &&
      (seen.fetched >= BARE_PAGES || (seen.fetched === 0 && seen.posts >= BARE_POSTS))
    ) {
      return "machine";
    }
    return "unclear";
  }

  /**
   * Who of these visitors turns pages much faster than readers do here, if they do so together: one
   * reader may look through pages without reading them, a crowd does not.
   */
  hasty(visitors: Iterable<number>, now: number): number[] {
    const group: { readonly visitor: number; readonly turned: number; readonly ms: number }[] = [];
    for (const visitor of visitors) {
      const seen = this.#seen.get(visitor);
      if (seen === undefined || !isAlone(seen)) continue;
      if (now - seen.first < GROUP_MS || now - seen.last > PRESENT_MS) continue;
      group.push({ visitor, turned: seen.fetched - 1, ms: now - seen.first });
      if (group.length >= MOST_GROUP) break;
    }
    const found = this.#paces.hasty(group, now);
    for (const { visitor } of found) (this.#seen.get(visitor) as Seen).hastyUntil = now + AFTER_MS;
    return found.map(({ visitor }) => visitor);
  }

  /** These cookies are with somebody else too, as next to nobody's are here. */
  isMoved(cookies: number): boolean {
    return this.#jars.isMoved(cookies);
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
