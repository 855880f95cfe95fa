import type { LogPolicy } from "@egide/contract/policy/log.ts";
import { parseIp } from "@egide/std/ip.ts";
import { Remember } from "@egide/std/remember.ts";

const V4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** The /24 of an IPv4, the /48 of an IPv6 address: a neighbourhood, not a household. */
export function truncateAddress(address: string): string {
  if (V4.test(address)) return `${address.slice(0, address.lastIndexOf("."))}.0/24`;
  const bytes = parseIp(address);
  if (bytes === null) return "";
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.0/24`;
  const group = (i: number): string =>
    (((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16);
  const groups = [group(0), group(2), group(4)];
  while (groups.at(-1) === "0") groups.pop();
  return `${groups.join(":")}::/48`;
}

/** Writes visitors' addresses as a zone allows. */
export class AddressWriter {
  readonly #key: Uint8Array;
  readonly #hashes = new Remember<string>();
  readonly #truncated = new Remember<string>();

  /**
   * `key` makes hashes: without it nobody can try all addresses until one fits. Change it, and the
   * hashes before and after can no longer be told to be of one visitor.
   */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  write(address: string, how: LogPolicy["address"]): string {
    switch (how) {
      case "whole":
        return address;
      case "truncated":
        return this.#truncate(address);
      case "hashed":
        return this.#hash(address);
      case "none":
        return "";
    }
  }

  #truncate(address: string): string {
    let block = this.#truncated.get(address);
    if (block === undefined) {
      block = truncateAddress(address);
      this.#truncated.set(address, block);
    }
    return block;
  }

  #hash(address: string): string {
    let hash = this.#hashes.get(address);
    if (hash === undefined) {
      const bytes = parseIp(address) ?? new Uint8Array(0);
      hash = hmac(this.#key, bytes);
      this.#hashes.set(address, hash);
    }
    return hash;
  }
}

/** Bun's own hasher: of an attack from many addresses it takes a third of node:crypto's time. */
function hmac(key: Uint8Array, bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256", key).update(bytes).digest("base64url").slice(0, 22);
}
