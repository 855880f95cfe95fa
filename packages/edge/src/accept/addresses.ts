import { networkOf } from "@egide/std/ip.ts";

/** Known addresses: who opens connections opens many. */
const SEEN = 16_384;

/**
 * How many connections each visitor holds open in this thread. A visitor is an IPv4 address, or a
 * network of IPv6: whoever has one address there has all of its /64 (RFC 4291, section 2.5.4).
 */
export class AddressCounts {
  readonly #counts = new Map<string, number>();
  readonly #networks = new Map<string, string>();
  #bits = -1;

  /** Whom an address counts for. */
  keyOf(address: string, bits: number): string {
    if (!address.includes(":")) return address;
    if (bits !== this.#bits || this.#networks.size >= SEEN) {
      this.#bits = bits;
      this.#networks.clear();
    }
    let network = this.#networks.get(address);
    if (network === undefined) {
      network = networkOf(address, bits) ?? address;
      this.#networks.set(address, network);
    }
    return network;
  }

  /** False where `key` already holds `limit`; then it is not counted. */
  enter(key: string, limit: number): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count >= limit) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  leave(key: string): void {
    const count = this.#counts.get(key) ?? 0;
    if (count <= 1) this.#counts.delete(key);
    else this.#counts.set(key, count - 1);
  }
}
