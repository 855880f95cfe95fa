interface Strike {
  count: number;
  since: number;
}

const MOST = 100_000;
const WINDOW_MS = 10_000;
/** Requests that were stopped within the window, after which an address is banned. */
const LIMIT = 8;
/** Requests that who heeds may have stopped besides, for neighbours who are new. */
const MOST_HEEDED = 200;
const BAN_SECONDS = 60;
const MOST_SECONDS = 3600;

/** An address that goes on although it was stopped, and for how long it is to be dropped. */
export interface BanWish {
  readonly address: string;
  readonly seconds: number;
}

/**
 * Counts stopped requests by address. Who asks on and on without heeding the challenge is worth no
 * more answers; twice as long each time. Never where people ask from the same address.
 */
export class Strikes {
  readonly #strikes = new Map<string, Strike>();
  readonly #bans = new Map<string, { readonly times: number; readonly until: number }>();

  /** Somebody there does what they are asked to: what was stopped may have been theirs. */
  heed(address: string, count: number, now: number): void {
    const strike = this.#strikes.get(address);
    const isFresh = strike === undefined || now - strike.since > WINDOW_MS;
    const before = isFresh ? { count: 0, since: now } : strike;
    put(this.#strikes, address, {
      count: Math.max(-MOST_HEEDED, before.count - count),
      since: before.since,
    });
  }

  note(
    stoppedBy: ReadonlyMap<string, number>,
    now: number,
    isShared: (address: string) => boolean,
  ): BanWish[] {
    const wishes: BanWish[] = [];
    for (const [address, count] of stoppedBy) {
      let strike = this.#strikes.get(address);
      if (strike === undefined || now - strike.since > WINDOW_MS) strike = { count: 0, since: now };
      strike.count += count;
      if (strike.count < LIMIT || isShared(address)) put(this.#strikes, address, strike);
      else {
        this.#strikes.delete(address);
        const { times = 0, until = now } = this.#bans.get(address) ?? {};
        // What was under way when the ban began, or where bans can't be enforced: once is enough.
        if (now < until) continue;
        const seconds = Math.min(MOST_SECONDS, BAN_SECONDS * 2 ** times);
        put(this.#bans, address, { times: times + 1, until: now + seconds * 1000 });
        wishes.push({ address, seconds });
      }
    }
    return wishes;
  }
}

/** Bounded: the longest untouched entry makes room. */
function put<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  const oldest = map.size >= MOST ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
