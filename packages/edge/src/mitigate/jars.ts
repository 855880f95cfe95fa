import type { SavedZone } from "@egide/contract/mitigation-file.ts";

/** Whom one set of cookies was seen with since `since`; at most as many as tell something. */
interface Jar {
  since: number;
  readonly holders: number[];
}

const MOST = 50_000;
const WINDOW_MS = 60_000;
/** Visitors that a person may be within a minute: at home, on the road, in two browsers. */
const HOLDERS = 5;
/** Who is two within a minute has moved: some do, not most. */
const MOVED = 2;
/** Readers of whom a site's ways are told, and shares of them that make it a way. */
const SURE = 50;
const MOSTLY = 0.9;
const SELDOM = 0.05;
/** Beyond this older readers count for half. */
const MEMORY = 10_000;

export type SavedJars = Pick<
  SavedZone,
  "readers" | "withCookies" | "shared" | "moved" | "loaders" | "loadersWithCookies"
>;

/**
 * Cookies say whether somebody is who they were: a browser brings back what it was given, and no two
 * people have the same. Both only where that is usual on the site: some give out no cookies, or the same
 * to all. Bounded: the longest unseen are forgotten.
 */
export class Jars {
  readonly #jars = new Map<number, Jar>();
  #readers = 0;
  #withCookies = 0;
  #shared = 0;
  #moved = 0;
  /** Who has loaded a page and what it brings along, and those of them who had cookies by then. */
  #loaders = 0;
  #loadersWithCookies = 0;

  note(cookies: number, visitor: number, at: number): void {
    let jar = this.#jars.get(cookies);
    if (jar === undefined) {
      jar = { since: at, holders: [] };
      const oldest = this.#jars.size >= MOST ? this.#jars.keys().next().value : undefined;
      if (oldest !== undefined) this.#jars.delete(oldest);
    } else this.#jars.delete(cookies);
    this.#jars.set(cookies, jar);
    if (at - jar.since > WINDOW_MS) {
      jar.since = at;
      jar.holders.length = 0;
    }
    if (jar.holders.length < HOLDERS && !jar.holders.includes(visitor)) jar.holders.push(visitor);
  }

  /** The page of somebody who has read some before, on an ordinary day. `cookies` 0: none. */
  learn(cookies: number): void {
    this.#readers += 1;
    if (cookies !== 0) this.#withCookies += 1;
    const holders = this.#holders(cookies);
    if (holders >= HOLDERS) this.#shared += 1;
    if (holders >= MOVED) this.#moved += 1;
    if (this.#readers < MEMORY) return;
    this.#readers /= 2;
    this.#withCookies /= 2;
    this.#shared /= 2;
    this.#moved /= 2;
  }

  /** A file of a page, of somebody who has loaded the page and some of its files. */
  learnFile(hasCookies: boolean): void {
    this.#loaders += 1;
    if (hasCookies) this.#loadersWithCookies += 1;
    if (this.#loaders < MEMORY) return;
    this.#loaders /= 2;
    this.#loadersWithCookies /= 2;
  }

  /** Readers bring cookies back here. */
  get areUsual(): boolean {
    return this.#readers >= SURE && this.#withCookies > this.#readers * MOSTLY;
  }

  /** The first page gives cookies out, and the files that it brings along come with them. */
  get areGivenAtOnce(): boolean {
    return this.#loaders >= SURE && this.#loadersWithCookies > this.#loaders * MOSTLY;
  }

  /** So many visitors have these cookies as no visitors of this site have in common. */
  isShared(cookies: number): boolean {
    if (this.#readers < SURE) return false;
    return this.#holders(cookies) >= HOLDERS && this.#shared < this.#readers * SELDOM;
  }

  /** More than one has them: nothing by itself, but few of the visitors of this site are like that. */
  isMoved(cookies: number): boolean {
    if (this.#readers < SURE) return false;
    return this.#holders(cookies) >= MOVED && this.#moved < this.#readers * SELDOM;
  }

  save(): SavedJars {
    return {
      readers: this.#readers,
      withCookies: this.#withCookies,
      shared: this.#shared,
      moved: this.#moved,
      loaders: this.#loaders,
      loadersWithCookies: this.#loadersWithCookies,
    };
  }

  restore(saved: SavedJars): void {
    this.#readers = saved.readers;
    this.#withCookies = saved.withCookies;
    this.#shared = saved.shared;
    this.#moved = saved.moved;
    this.#loaders = saved.loaders;
    this.#loadersWithCookies = saved.loadersWithCookies;
  }

  #holders(cookies: number): number {
    return this.#jars.get(cookies)?.holders.length ?? 0;
  }
}
