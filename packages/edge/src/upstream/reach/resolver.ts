import { isIP } from "node:net";
import type { Clock } from "@egide/std/clock.ts";

export interface ResolvedAddress {
  readonly address: string;
  /** Seconds; 0 where the name server did not say. */
  readonly ttl: number;
}

/** Looks a name up: the system's resolver, or a test's. */
export type Lookup = (name: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolverSettings {
  readonly minMs: number;
  readonly maxMs: number;
}

interface Entry {
  addresses: readonly string[];
  /** Monotonic milliseconds. */
  expires: number;
  asking: boolean;
  waiting: ((addresses: readonly string[] | null, error: unknown) => void)[];
}

/**
 * Addresses of origins' names, asked for again when their time is up, within bounds. An address that
 * was good stays in use while the name server is asked, and for as long as it does not answer: a name
 * server that is down takes no site down with it.
 */
export class Resolver {
  readonly #lookup: Lookup;
  readonly #clock: Clock;
  readonly #settings: ResolverSettings;
  readonly #entries = new Map<string, Entry>();
  /** A name's addresses have changed. */
  onChange: (name: string) => void = () => {};

  constructor(lookup: Lookup, clock: Clock, settings: ResolverSettings) {
    this.#lookup = lookup;
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Addresses known now, fresh or not; null where the name has to be waited for. */
  known(name: string): readonly string[] | null {
    if (isIP(name) !== 0) return [name];
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.addresses.length === 0) return null;
    if (this.#clock.monotonic() >= entry.expires) this.#ask(name, entry);
    return entry.addresses;
  }

  /** Calls back once, never before it has returned. */
  wait(name: string, done: (addresses: readonly string[] | null, error: unknown) => void): void {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = { addresses: [], expires: 0, asking: false, waiting: [] };
      this.#entries.set(name, entry);
    }
    entry.waiting.push(done);
    this.#ask(name, entry);
  }

  #ask(name: string, entry: Entry): void {
    if (entry.asking) return;
    entry.asking = true;
    // An async function: a lookup that throws at once is a lookup that failed.
    const asked = (async () => this.#lookup(name))();
    asked.then(
      (answer) => this.#answered(name, entry, answer, null),
      (error: unknown) => this.#answered(name, entry, [], error),
    );
  }

  #answered(name: string, entry: Entry, answer: readonly ResolvedAddress[], error: unknown): void {
    const { minMs, maxMs } = this.#settings;
    entry.asking = false;
    const ttl = answer.reduce((least, one) => Math.min(least, one.ttl * 1000), Infinity);
    const lifetime = Math.min(maxMs, Math.max(minMs, Number.isFinite(ttl) ? ttl : 0));
    entry.expires = this.#clock.monotonic() + lifetime;
    if (answer.length > 0) {
      const before = entry.addresses;
      entry.addresses = answer.map((one) => one.address);
      const same =
        before.length === entry.addresses.length &&
        before.every((address) => entry.addresses.includes(address));
      if (!same && before.length > 0) this.onChange(name);
    }
    const { waiting } = entry;
    entry.waiting = [];
    const known = entry.addresses.length > 0 ? entry.addresses : null;
    for (const done of waiting) done(known, error);
  }
}

/** The system's resolver: /etc/hosts and name servers, with the time to live where they tell it. */
export async function systemLookup(name: string): Promise<readonly ResolvedAddress[]> {
  const found = await Bun.dns.lookup(name, {});
  return found.map(({ address, ttl }) => ({ address, ttl }));
}
