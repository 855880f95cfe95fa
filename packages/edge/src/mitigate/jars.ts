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
/** Readers of whom a site's ways are told, and shares of them that make it a way. */
const SURE = 50;
const MOSTLY = 0.9;
const SELDOM = 0.05;
/** Beyond this older readers count for half. */
const MEMORY = 10_000;

export type SavedJars = Pick<SavedZone, "readers" | "withCookies" | "shared">;

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
    if (this.#isShared(cookies)) this.#shared += 1;
    if (this.#readers < MEMORY) return;
    this.#readers /= 2;
    this.#withCookies /= 2;
    this.#shared /= 2;
  }

  /** True where no visitor of this site has such cookies, or none of them. */
  isOdd(cookies: number, isForgetful: boolean): boolean {
    if (this.#readers < SURE) return false;
    if (isForgetful) return this.#withCookies > this.#readers * MOSTLY;
    return this.#isShared(cookies) && this.#shared < this.#readers * SELDOM;
  }

  save(): SavedJars {
    return { readers: this.#readers, withCookies: this.#withCookies, shared: this.#shared };
  }

  restore({ readers, withCookies, shared }: SavedJars): void {
    this.#readers = readers;
    this.#withCookies = withCookies;
    this.#shared = shared;
  }

  #isShared(cookies: number): boolean {
    return (this.#jars.get(cookies)?.holders.length ?? 0) >= HOLDERS;
  }
}
