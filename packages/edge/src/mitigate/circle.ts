import type { Observation } from "#mitigate/observation.ts";
import type { Visitors } from "#mitigate/visitors.ts";

/** A visitor's key, and the requests a second that are ordinary for them; 0: known no longer. */
export interface Welcome {
  readonly visitor: number;
  readonly rate: number;
}

/** What is ordinary for somebody known, and what they were told they may ask. */
interface Member {
  usual: number;
  rate: number;
}

/** A visitor who was here for so long on an ordinary day is known. */
const WELCOME_MS = 3000;
/** Requests a second that a reader may make: pages with their images. */
const READER_RATE = 20;
/** And a program, whatever it asked before; and times its own pace. */
const PROGRAM_RATE = 8;
const MORE = 3;
/** Of whom nothing else is known, so much is taken to be usual. */
const USUAL = 2;
/** Somebody known who asks so many times more than they ever did, while something is wrong, is part of it. */
const CHANGED = { factor: 3, least: 2 };
/** The same where many who are no readers do so at once. */
const CHANGED_TOGETHER = { factor: 1.4, least: 0.6 };
/** So many times what such visitors ask on an ordinary day, and so many requests a second, are many. */
const MANY = 3;
const LEAST_MANY = 10;
const MINUTE_MS = 60_000;
/** Who was welcomed so lately may have come with what is wrong now. */
const NEW_MS = 2000;
const NOW_MS = 500;
const MOST = 50_000;

/** Decides who is known: whom rules spare that were not written against them. */
export class Circle {
  readonly #visitors: Visitors;
  readonly #members = new Map<number, Member>();
  /** Welcomed while something was wrong: on probation. */
  readonly #guests = new Set<number>();
  /** Welcomed lately on an ordinary day, with the moment: what has begun need not have been noticed yet. */
  readonly #newest = new Map<number, number>();
  /** Known no longer, since something went wrong. */
  readonly #dismissed = new Set<number>();
  /** Requests a second of who is known and no reader: on an ordinary day, and now. */
  #usually = 0;
  #learned = 0;
  #lately = 0;
  /** Addresses from which known visitors asked. */
  readonly #addresses = new Set<string>();

  constructor(visitors: Visitors) {
    this.#visitors = visitors;
  }

  note({ known, address, visitor }: Observation): void {
    if (!known || this.#dismissed.has(visitor)) return;
    if (this.#addresses.size >= MOST) this.#addresses.clear();
    this.#addresses.add(address);
  }

  /** People ask from there. */
  isShared(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** Whom rules mean: a request may be older than the dismissal of who sent it. */
  isStranger({ known, visitor }: Observation): boolean {
    return !known || this.#dismissed.has(visitor);
  }

  /** Known since something was wrong, for behaving like a person. */
  isGuest(visitor: number): boolean {
    return this.#guests.has(visitor);
  }

  /**
   * Who is known from here on, or may ask for more than before. In trouble, only who behaves like a
   * person; on an ordinary day whoever stays, at the pace that is theirs.
   */
  welcome(samples: readonly Observation[], now: number, isCalm: boolean): Welcome[] {
    if (isCalm) this.#age(now);
    const found = new Map<number, Welcome>();
    const seen = new Set<number>();
    for (const { visitor, known } of samples) {
      if (seen.has(visitor)) continue;
      seen.add(visitor);
      if (known && !isCalm && !this.#dismissed.has(visitor)) continue;
      const isPerson = this.#visitors.bearing(visitor, now) === "person";
      const isOld = this.#visitors.isRipe(visitor, now, WELCOME_MS);
      if (!isPerson && !(isCalm && (known || isOld))) continue;
      const usual = this.#visitors.rate(visitor, now);
      const rate = Math.max(isPerson ? READER_RATE : PROGRAM_RATE, MORE * usual);
      const member = this.#members.get(visitor);
      if (member === undefined) this.#enter(visitor, { usual, rate });
      else member.usual = Math.max(member.usual, usual);
      // Whoever is known already is only told of where they may ask for more.
      if (known && rate <= (member?.rate ?? rate)) continue;
      if (member !== undefined) member.rate = Math.max(member.rate, rate);
      this.#dismissed.delete(visitor);
      found.set(visitor, { visitor, rate });
      if (isCalm) {
        if (member === undefined && isPerson) this.#newest.set(visitor, now);
        continue;
      }
      if (this.#guests.size >= MOST) this.#guests.clear();
      this.#guests.add(visitor);
    }
    return [...found.values()];
  }

  /**
   * Guests who turned out to be machines; and `isTrouble`, whoever is no reader and suddenly asks for
   * much more than they ever did: they came before the attack to be known when it begins. `ms`: since
   * the last samples.
   */
  dismiss(samples: readonly Observation[], now: number, ms: number, isTrouble: boolean): Welcome[] {
    const out: Welcome[] = [];
    const programs = new Set<number>();
    /** Readers, guests, and who is dismissed already: nothing more is to be found out about them. */
    const others = new Set<number>();
    let asked = 0;
    for (const { visitor, known, weight } of samples) {
      if (others.has(visitor) || (!known && !this.#guests.has(visitor))) continue;
      const bearing = programs.has(visitor) ? "machine" : this.#visitors.bearing(visitor, now);
      if (bearing === "person" || this.#dismissed.has(visitor)) others.add(visitor);
      else if (this.#guests.has(visitor)) {
        if (bearing === "machine") out.push(this.#forget(visitor));
        others.add(visitor);
      } else {
        programs.add(visitor);
        asked += weight;
      }
    }
    this.#lately += ((asked * 1000) / ms - this.#lately) * Math.min(1, ms / NOW_MS);
    if (!isTrouble) {
      this.#learned += ms;
      const share = Math.max(ms / MINUTE_MS, ms / this.#learned);
      this.#usually += (this.#lately - this.#usually) * share;
      return out;
    }
    const areMany = this.#lately > this.#usually * MANY + LEAST_MANY;
    for (const visitor of programs) {
      if (this.#isChanged(visitor, now, areMany ? CHANGED_TOGETHER : CHANGED)) {
        out.push(this.#forget(visitor));
      }
    }
    return out;
  }

  /** Guests who turn pages together as no readers do. */
  hurry(now: number): Welcome[] {
    this.#age(now);
    for (const visitor of this.#newest.keys()) this.#guests.add(visitor);
    this.#newest.clear();
    return this.#visitors.hasty(this.#guests, now).map((visitor) => this.#forget(visitor));
  }

  /** Of those who were welcomed on an ordinary day, forgets who came before anything can have begun. */
  #age(now: number): void {
    for (const [visitor, at] of this.#newest) {
      if (now - at < NEW_MS && this.#newest.size < MOST) return;
      this.#newest.delete(visitor);
    }
  }

  #forget(visitor: number): Welcome {
    this.#guests.delete(visitor);
    this.#newest.delete(visitor);
    this.#members.delete(visitor);
    if (this.#dismissed.size >= MOST) this.#dismissed.clear();
    this.#dismissed.add(visitor);
    return { visitor, rate: 0 };
  }

  #isChanged(visitor: number, now: number, { factor, least }: typeof CHANGED): boolean {
    const usual = this.#members.get(visitor)?.usual ?? USUAL;
    return this.#visitors.rate(visitor, now) > Math.max(least, usual * factor);
  }

  #enter(visitor: number, member: Member): void {
    const oldest = this.#members.size >= MOST ? this.#members.keys().next().value : undefined;
    if (oldest !== undefined) this.#members.delete(oldest);
    this.#members.set(visitor, member);
  }
}
