import { AppError } from "@egide/std/error.ts";
import { API_TEXTS } from "#api/texts.ts";
import type { Limit, Limits } from "#filter/limits.ts";
import type { Use } from "#store/limits.ts";
import type { Poster } from "#thread/posting/draft.ts";

/** Of a session, and of all behind one prefix. */
interface Both {
  readonly own: Limit;
  readonly prefix: Limit;
}

/** What can be sent over and over by whoever wants to bury staff in it, or to guess passwords. */
const LIMITS = {
  report: { own: { seconds: 20, burst: 10 }, prefix: { seconds: 4, burst: 60 } },
  // A street, a school: many may report the same threat, and none of them for fun.
  "life-report": { own: { seconds: 60, burst: 5 }, prefix: { seconds: 2, burst: 120 } },
  // What a report hides at once, nobody has looked at: a few of them are help, many are a weapon.
  hiding: { own: { seconds: 1200, burst: 3 }, prefix: { seconds: 600, burst: 6 } },
  appeal: { own: { seconds: 30, burst: 10 }, prefix: { seconds: 5, burst: 40 } },
  delete: { own: { seconds: 6, burst: 15 }, prefix: { seconds: 2, burst: 60 } },
  watch: { own: { seconds: 1, burst: 60 }, prefix: { seconds: 0.2, burst: 300 } },
  board: { own: { seconds: 60, burst: 10 }, prefix: { seconds: 30, burst: 20 } },
} as const satisfies Readonly<Record<string, Both>>;

type Paced = keyof typeof LIMITS;
/** A search looks through every post there is, and no cache answers it. */
const SEARCHES = { own: { seconds: 1, burst: 30 }, prefix: { seconds: 0.25, burst: 120 } } as const;
/** Accounts that may be made: each costs an Argon2id hash and a row for ever. */
const ACCOUNTS = { own: { seconds: 600, burst: 3 }, prefix: { seconds: 60, burst: 15 } } as const;

type Who = Pick<Poster, "sessionHash" | "prefixHash">;

/** Counts what somebody sends, whichever process they send it to. */
export class Pace {
  readonly #limits: Pick<Limits, "use" | "gate" | "takeNow">;

  constructor(limits: Pick<Limits, "use" | "gate" | "takeNow">) {
    this.#limits = limits;
  }

  /** Throws AppError where it is too much at once. */
  async take(what: Paced, who: Who): Promise<void> {
    refuse(await this.#limits.takeNow(this.#both(what, LIMITS[what], who)));
  }

  /** The same for searches, counted at this door alone: reading writes no record. */
  search(who: Who): void {
    refuse(this.#limits.gate(this.#both("search", SEARCHES, who)));
  }

  /** Whether a report may hide its post before anybody looked; counts where it may. */
  async mayHide(who: Who): Promise<boolean> {
    return (await this.#limits.takeNow(this.#both("hiding", LIMITS.hiding, who))) === 0;
  }

  async mayRegister(who: Who): Promise<boolean> {
    return (await this.#limits.takeNow(this.#both("register", ACCOUNTS, who))) === 0;
  }

  #both(what: string, { own, prefix }: Both, { sessionHash, prefixHash }: Who): readonly Use[] {
    return [
      this.#limits.use(`own ${what}`, sessionHash, own),
      // Who comes through Tor has no address: they are one neighbourhood, or new sessions were free.
      this.#limits.use(`prefix ${what}`, prefixHash ?? "none", prefix),
    ];
  }
}

/** `wait`: milliseconds, 0 where it may pass. */
function refuse(wait: number): void {
  if (wait === 0) return;
  throw new AppError({
    code: "board.too_fast",
    source: "client",
    retry: true,
    publicMessage: API_TEXTS["board.too_fast"].en,
    retryAfter: Math.ceil(wait / 1000),
  });
}
