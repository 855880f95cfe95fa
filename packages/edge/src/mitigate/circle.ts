import type { Observation } from "#mitigate/observation.ts";
import type { Visitors } from "#mitigate/visitors.ts";

/** A visitor's key, and the requests a second that are ordinary for them; 0: known no longer. */
export interface Welcome {
  readonly visitor: number;
  readonly rate: number;
}

/** A visitor who was here for so long on an ordinary day is known. */
const WELCOME_MS = 3000;
/** Requests a second that anybody known may make: pages with their images. */
const READER_RATE = 20;
const MOST = 50_000;

/** Decides who is known: whom rules spare that were not written against them. */
export class Circle {
  readonly #visitors: Visitors;
  /** Welcomed while something was wrong: on probation. */
  readonly #guests = new Set<number>();
  /** Addresses from which known visitors asked. */
  readonly #addresses = new Set<string>();

  constructor(visitors: Visitors) {
    this.#visitors = visitors;
  }

  note({ known, address }: Observation): void {
    if (!known) return;
    if (this.#addresses.size >= MOST) this.#addresses.clear();
    this.#addresses.add(address);
  }

  /** People ask from there. */
  isShared(address: string): boolean {
    return this.#addresses.has(address);
  }

  /** Known since something was wrong, for behaving like a person. */
  isGuest(visitor: number): boolean {
    return this.#guests.has(visitor);
  }

  /** Who is known from here on. In trouble, only who behaves like a person. */
  welcome(samples: readonly Observation[], now: number, isCalm: boolean): Welcome[] {
    const found = new Map<number, Welcome>();
    for (const { visitor, known } of samples) {
      if (known || found.has(visitor)) continue;
      const bearing = this.#visitors.bearing(visitor, now);
      const isOld = this.#visitors.isRipe(visitor, now, WELCOME_MS);
      if (bearing !== "person" && !(isCalm && isOld)) continue;
      const rate = Math.max(READER_RATE, 2 * this.#visitors.rate(visitor, now));
      found.set(visitor, { visitor, rate });
      if (isCalm) continue;
      if (this.#guests.size >= MOST) this.#guests.clear();
      this.#guests.add(visitor);
    }
    return [...found.values()];
  }

  /** Guests who turned out to be machines. */
  dismiss(samples: readonly Observation[], now: number): Welcome[] {
    const out: Welcome[] = [];
    for (const { visitor } of samples) {
      if (!this.#guests.has(visitor)) continue;
      if (this.#visitors.bearing(visitor, now) !== "machine") continue;
      this.#guests.delete(visitor);
      out.push({ visitor, rate: 0 });
    }
    return out;
  }
}
