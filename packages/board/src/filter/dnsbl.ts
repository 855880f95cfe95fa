import { Resolver } from "node:dns/promises";
import type { Clock } from "@egide/std/clock.ts";
import { parseIp } from "@egide/std/ip.ts";

export interface DnsblSettings {
  /** Lists that are asked, e.g. `dnsbl.example`. They learn the addresses of all who post. */
  readonly zones: readonly string[];
  readonly timeoutMs: number;
  /** Name servers, `address:port`; none: the system's. */
  readonly servers: readonly string[];
  readonly keepMs: number;
}

const MOST_KEPT = 20_000;

interface Kept {
  readonly list: string | null;
  readonly until: number;
}

/** Asks lists of addresses by name (RFC 5782). A list that does not answer says nothing. */
export class Dnsbl {
  readonly #settings: DnsblSettings;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(settings: DnsblSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** The first list in which the address stands, or null. */
  async listed(address: string): Promise<string | null> {
    const name = reversed(address);
    if (name === null || this.#settings.zones.length === 0) return null;
    const now = this.#clock.now();
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.until > now) return kept.list;
    const answers = await Promise.all(this.#settings.zones.map((zone) => this.#ask(name, zone)));
    const list = this.#settings.zones.find((_zone, i) => answers[i] === "listed") ?? null;
    // What was not answered is asked again next time.
    if (list !== null || answers.every((answer) => answer === "absent")) {
      if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
      this.#kept.set(name, { list, until: now + this.#settings.keepMs });
    }
    return list;
  }

  async #ask(name: string, zone: string): Promise<"listed" | "absent" | "silent"> {
    const { timeoutMs, servers } = this.#settings;
    const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
    if (servers.length > 0) resolver.setServers([...servers]);
    const late = new Promise<"silent">((resolve) => {
      this.#clock.after(timeoutMs, () => resolve("silent"));
    });
    return await Promise.race([late, resolver.resolve4(`${name}.${zone}`).then(meaning, absence)]);
  }
}

/** 127.0.0.0/8 is a listing (RFC 5782, 2.1); 127.255.255.0/24 says that the question was refused. */
function meaning(addresses: readonly string[]): "listed" | "silent" {
  const listed = addresses.some(
    (address) => address.startsWith("127.") && !address.startsWith("127.255.255."),
  );
  return listed ? "listed" : "silent";
}

function absence(error: unknown): "absent" | "silent" {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ENOTFOUND" || code === "ENODATA" || code === "DNS_ENOTFOUND"
    ? "absent"
    : "silent";
}

/** Octets or nibbles, last first (RFC 5782, sections 2.1 and 2.4). */
function reversed(address: string): string | null {
  const bytes = parseIp(address);
  if (bytes === null) return null;
  if (bytes.length === 4) return [...bytes].toReversed().join(".");
  return Array.from(Buffer.from(bytes).toString("hex")).toReversed().join(".");
}
