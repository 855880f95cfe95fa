import { createLimitMemory } from "@egide/limit/cells.ts";
import { KeyHash } from "@egide/limit/key.ts";
import { Limiter } from "@egide/limit/limiter.ts";
import { AppError } from "@egide/std/error.ts";
import { API_TEXTS } from "#api/texts.ts";
import type { Poster } from "#thread/posting/draft.ts";

/** So many at once, and one more each so many seconds: of a session, and of all behind one prefix. */
interface Limit {
  readonly seconds: number;
  readonly burst: number;
}

interface Limits {
  readonly own: Limit;
  readonly prefix: Limit;
}

/** What can be sent over and over by whoever wants to bury staff in it, or to guess passwords. */
const LIMITS = {
  report: { own: { seconds: 20, burst: 10 }, prefix: { seconds: 4, burst: 60 } },
  // A street, a school: many may report the same threat, and none of them for fun.
  "life-report": { own: { seconds: 60, burst: 5 }, prefix: { seconds: 2, burst: 120 } },
  appeal: { own: { seconds: 30, burst: 10 }, prefix: { seconds: 5, burst: 40 } },
  delete: { own: { seconds: 6, burst: 15 }, prefix: { seconds: 2, burst: 60 } },
  watch: { own: { seconds: 1, burst: 60 }, prefix: { seconds: 0.2, burst: 300 } },
  board: { own: { seconds: 60, burst: 10 }, prefix: { seconds: 30, burst: 20 } },
} as const satisfies Readonly<Record<string, Limits>>;

type Paced = keyof typeof LIMITS;
/** Accounts that may be made: each costs an Argon2id hash and a row for ever. */
const ACCOUNTS = { own: { seconds: 600, burst: 3 }, prefix: { seconds: 60, burst: 15 } } as const;

type Who = Pick<Poster, "sessionHash" | "prefixHash">;

const MEMORY = 1 << 18;

/** Counts, in memory, what somebody sends. `now` is monotonic. */
export class Pace {
  readonly #limiter = new Limiter(createLimitMemory(MEMORY));
  readonly #key: KeyHash;

  constructor(secret: Uint8Array) {
    this.#key = new KeyHash(secret.slice(0, 8));
  }

  /** Throws AppError where it is too much at once. */
  take(what: Paced, who: Who, now: number): void {
    const wait = this.#both(what, LIMITS[what], who, now);
    if (wait === 0) return;
    throw new AppError({
      code: "board.too_fast",
      source: "client",
      retry: true,
      publicMessage: API_TEXTS["board.too_fast"].en,
      retryAfter: Math.ceil(wait / 1000),
    });
  }

  mayRegister(who: Who, now: number): boolean {
    return this.#both("register", ACCOUNTS, who, now) === 0;
  }

  /** Milliseconds to wait, 0 where it may pass. */
  #both(what: string, { own, prefix }: Limits, { sessionHash, prefixHash }: Who, now: number) {
    const wait = this.#one(`own ${what}`, sessionHash, own, now);
    // What one may not do is not held against the neighbours.
    if (wait > 0) return wait;
    // Who comes through Tor has no address: they are one neighbourhood, or new sessions were free.
    return this.#one(`prefix ${what}`, prefixHash ?? "none", prefix, now);
  }

  #one(what: string, who: string, { seconds, burst }: Limit, now: number): number {
    this.#key.begin().text(what).text(who).finish();
    const interval = seconds * 1000;
    const { lo, hi } = this.#key;
    return this.#limiter.take(lo, hi, interval, interval * burst, 1, now);
  }
}
