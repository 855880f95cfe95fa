import { CidrSet } from "@egide/std/ip.ts";
import { type ExitList, keyOf } from "#filter/tor/exits.ts";

/**
 * Circuits of an onion service, in the addresses by which its Tor tells them apart
 * (`HiddenServiceExportCircuitID haproxy`, tor(1)). Nobody on the Internet has such an address.
 */
const CIRCUITS = new CidrSet(["fc00:dead:beef:4dad::/96"]);
const OWN_MACHINE = new CidrSet(["127.0.0.0/8", "::1/128"]);

/** Tells who comes through Tor: by the addresses of its exits, or through an onion service of ours. */
export class TorVisitors {
  readonly #hasOnion: boolean;
  #exits: ReadonlySet<string> = new Set();

  /** `origins`: addresses of the site, one of which may end in `.onion`. */
  constructor(origins: readonly string[]) {
    this.#hasOnion = origins.some((origin) => new URL(origin).hostname.endsWith(".onion"));
  }

  /** How many exits are known. */
  get exits(): number {
    return this.#exits.size;
  }

  take({ addresses }: ExitList): void {
    this.#exits = new Set(addresses.flatMap((address) => keyOf(address) ?? []));
  }

  /**
   * Where the site has an onion service, whoever comes from this machine itself comes through it: its
   * Tor hands connections over from here, and what Host they name is for the visitor to choose.
   */
  has(address: string): boolean {
    if (CIRCUITS.has(address)) return true;
    if (this.#hasOnion && OWN_MACHINE.has(address)) return true;
    const key = keyOf(address);
    return key !== null && this.#exits.has(key);
  }
}
