import { createHmac } from "node:crypto";
import { createLimitMemory } from "@egide/limit/cells.ts";
import { KeyHash } from "@egide/limit/key.ts";
import { Limiter } from "@egide/limit/limiter.ts";
import type { Clock } from "@egide/std/clock.ts";
import { forgetUses, takeUses, type Use, waitsOf } from "#store/limits.ts";
import type { Db, Store } from "#store/open.ts";

/** So many at once, and one more each `seconds`. */
export interface Limit {
  readonly seconds: number;
  readonly burst: number;
}

const GATE_BYTES = 1 << 20;
/** Characters of a key: 132 bits. */
const KEY = 22;

/**
 * What may be done so often and no more, and what counts once, counted in the records: the same for
 * all processes, and after a restart. A gate in memory comes before them, so that a flood at one door
 * costs the records nothing.
 */
export class Limits {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #secret: Uint8Array;
  readonly #gate = new Limiter(createLimitMemory(GATE_BYTES));
  readonly #hash: KeyHash;

  /** `secret`: 32 bytes. The records hold nothing that names a person or a text without it. */
  constructor(store: Store, clock: Clock, secret: Uint8Array) {
    this.#store = store;
    this.#clock = clock;
    this.#secret = secret;
    this.#hash = new KeyHash(secret.slice(0, 8));
  }

  /** One more of `what`, by `who`. */
  use(what: string, who: string, { seconds, burst }: Limit): Use {
    const interval = Math.round(seconds * 1000);
    return { key: this.#keyOf(what, who), interval, room: interval * burst };
  }

  /** What may come once in `ms`. */
  once(what: string, who: string, ms: number): Use {
    return { key: this.#keyOf(what, who), interval: ms, room: ms };
  }

  /** Counts at this door alone, before anything is done for it; the milliseconds to wait. */
  gate(uses: readonly Use[]): number {
    const now = this.#clock.monotonic();
    for (const { key, interval, room } of uses) {
      this.#hash.begin().text(key).finish();
      const { lo, hi } = this.#hash;
      const wait = this.#gate.take(lo, hi, interval, room, 1, now);
      // What is refused by one is not held against the others.
      if (wait > 0) return wait;
    }
    return 0;
  }

  /** Milliseconds to wait, by key, of those that would be refused now; none is counted. */
  waits(uses: readonly Use[]): Promise<ReadonlyMap<string, number>> {
    return waitsOf(this.#store.kysely, uses, this.#clock.now());
  }

  /** Counts in the transaction of what is done; answers what was too much. */
  take(trx: Db, uses: readonly Use[]): Promise<readonly Use[]> {
    return takeUses(this.#store, trx, uses, this.#clock.now());
  }

  /** Counts by itself; the milliseconds to wait, 0 where it may pass. */
  async takeNow(uses: readonly Use[]): Promise<number> {
    const atGate = this.gate(uses);
    if (atGate > 0) return atGate;
    const waits = await this.waits(uses);
    if (waits.size > 0) return Math.max(...waits.values());
    const refused = await this.take(this.#store.kysely, uses);
    return Math.max(0, ...refused.map(({ interval }) => interval));
  }

  /** True for the first alone who claims it, in whatever process. */
  async claim(what: string, who: string, ms: number): Promise<boolean> {
    const refused = await this.take(this.#store.kysely, [this.once(what, who, ms)]);
    return refused.length === 0;
  }

  /** Lets go of what means nothing any more: every minute. */
  forget(): Promise<void> {
    return forgetUses(this.#store.kysely, this.#clock.now());
  }

  #keyOf(what: string, who: string): string {
    return createHmac("sha256", this.#secret)
      .update(`${what}\0${who}`)
      .digest("base64url")
      .slice(0, KEY);
  }
}
