import { createHmac, randomBytes } from "node:crypto";
import { networkOf, parseIp } from "@egide/std/ip.ts";

const DAY = 86_400_000;

/** Days of a key, and how many keys are kept. */
export const KEY_DAYS = 30;
export const KEYS_KEPT = 3;
/** For how long a hash is of any use. */
export const HASH_MS = KEY_DAYS * KEYS_KEPT * DAY;

/** One key, in force for one period. Once it is deleted, its hashes lead to nobody any more. */
export interface AddressKey {
  readonly period: number;
  /** 32 random bytes. */
  readonly key: Uint8Array;
}

export interface HashedAddress {
  readonly period: number;
  /** Of an IPv4 address, or of the /64 of an IPv6 one: that is what one line has. */
  readonly addressHash: string;
  /** Of its /24, or /48. */
  readonly prefixHash: string;
}

/** What address keys are kept in. */
export interface AddressKeyStore {
  list(): Promise<readonly AddressKey[]>;
  /** The key that is kept for the period: this one, or another that was there first. */
  add(key: AddressKey): Promise<AddressKey>;
  remove(period: number): Promise<void>;
}

/** Keyed hashes of addresses, under random keys that are made for a period and deleted after a few. */
export class AddressHasher {
  readonly #store: AddressKeyStore;
  readonly #periodMs: number;
  readonly #keep: number;
  #keys: readonly AddressKey[] = [];

  /** A key is in force for `days`, and kept for `keep` periods, so that bans outlive a change. */
  constructor(store: AddressKeyStore, days: number, keep: number) {
    this.#store = store;
    this.#periodMs = days * DAY;
    this.#keep = keep;
  }

  /** Makes the key of this period where there is none yet, and deletes those past their time. */
  async turn(now: number): Promise<void> {
    const period = Math.floor(now / this.#periodMs);
    for (const { period: old } of await this.#store.list()) {
      if (old <= period - this.#keep) await this.#store.remove(old);
    }
    const kept = await this.#store.list();
    if (kept.every((key) => key.period !== period)) {
      await this.#store.add({ period, key: randomBytes(32) });
    }
    this.#keys = [...(await this.#store.list())].sort((a, b) => b.period - a.period);
  }

  /** Under the newest key. Null: this is no address. `turn` must have run. */
  hash(address: string): HashedAddress | null {
    const [newest] = this.#keys;
    if (newest === undefined) throw new Error("the keys of addresses were not loaded");
    return hashUnder(newest, address);
  }

  /** Under every key that is kept, newest first: what bans and floods of earlier periods know. */
  allHashes(address: string): readonly HashedAddress[] {
    return this.#keys.flatMap((key) => hashUnder(key, address) ?? []);
  }
}

function hashUnder({ period, key }: AddressKey, address: string): HashedAddress | null {
  const line = networkOf(address, 64);
  const prefix = prefixOf(address);
  if (line === null || prefix === null) return null;
  return {
    period,
    addressHash: mac(key, `line ${line}`),
    prefixHash: mac(key, `prefix ${prefix}`),
  };
}

/** The /24 of an IPv4 address, the /48 of an IPv6 one. */
export function prefixOf(address: string): string | null {
  const bytes = parseIp(address);
  if (bytes === null) return null;
  if (bytes.length === 4) return `${bytes.slice(0, 3).join(".")}.0/24`;
  return networkOf(address, 48);
}

function mac(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url").slice(0, 32);
}

/** The moment before which plain addresses go, except those held. Null: none are kept at all. */
export function traceUntil(now: number, hours: number): number {
  return now - hours * 3_600_000;
}
