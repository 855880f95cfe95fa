import type { Clock } from "@egide/std/clock.ts";
import { parseIp } from "@egide/std/ip.ts";

/** The two questions; each rejects where there is no answer. */
export interface BotDns {
  reverse(address: string): Promise<readonly string[]>;
  addresses(name: string): Promise<readonly string[]>;
}

const KEPT = 4096;
const KNOWN_MS = 6 * 3_600_000;
/** Unproven for less long: a name server may have been down. */
const UNKNOWN_MS = 600_000;
/** Questions under way; more claims than that are a flood, and stay unproven. */
const MOST_ASKING = 32;

interface Entry {
  /** Names that lead there and back; empty: none, or not known yet. */
  names: readonly string[];
  expires: number;
}

/**
 * Forward-confirmed reverse DNS: an address is whose name it bears if that name leads back to it. No
 * request waits for it: who is not known yet is decided on as unknown, and is known the next time.
 */
export class ConfirmedNames {
  readonly #dns: BotDns;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #asking = 0;

  constructor(dns: BotDns, clock: Clock) {
    this.#dns = dns;
    this.#clock = clock;
  }

  /** True where the address is known to bear a name below one of `domains`; else begins to find out. */
  has(address: string, domains: readonly string[]): boolean {
    const now = this.#clock.monotonic();
    const entry = this.#entries.get(address);
    if (entry === undefined || entry.expires <= now) this.#ask(address, now);
    return entry !== undefined && entry.names.some((name) => isBelow(name, domains));
  }

  #ask(address: string, now: number): void {
    if (this.#asking >= MOST_ASKING) return;
    const before = this.#entries.get(address);
    if (before === undefined && this.#entries.size >= KEPT) this.#forget();
    // Also while the answer is awaited: the question is not asked twice.
    const entry = before ?? { names: [], expires: 0 };
    entry.expires = now + UNKNOWN_MS;
    this.#entries.set(address, entry);
    this.#asking++;
    void this.#confirm(address).then(
      (names) => this.#settle(entry, names),
      () => this.#settle(entry, []),
    );
  }

  #settle(entry: Entry, names: readonly string[]): void {
    this.#asking--;
    entry.names = names;
    entry.expires = this.#clock.monotonic() + (names.length > 0 ? KNOWN_MS : UNKNOWN_MS);
  }

  async #confirm(address: string): Promise<string[]> {
    const bytes = String(parseIp(address));
    const names = (await this.#dns.reverse(address)).slice(0, 4);
    const confirmed: string[] = [];
    for (const name of names) {
      const back = await this.#dns.addresses(name).catch(() => []);
      if (back.some((other) => String(parseIp(other)) === bytes))
        confirmed.push(name.toLowerCase());
    }
    return confirmed;
  }

  /** The older half goes: entries are in the order in which they came. */
  #forget(): void {
    let count = KEPT / 2;
    for (const address of this.#entries.keys()) {
      if (count-- <= 0) break;
      this.#entries.delete(address);
    }
  }
}

function isBelow(name: string, domains: readonly string[]): boolean {
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  return domains.some((domain) => bare === domain || bare.endsWith(`.${domain}`));
}
