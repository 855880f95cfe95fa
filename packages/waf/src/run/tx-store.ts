import { captureSlots } from "#plan/slots.ts";
import type { SlotNames } from "#plan/slots.ts";
import type { Regex } from "#regex/regex.ts";
import { Item } from "#run/item.ts";
import { keyMatches } from "#rule/pick.ts";

/** Variables that rules made at run time beyond the named ones: a bound against floods. */
const maxDynamic = 2000;

/** What the watched TX variables held at some point of a quiet request. Never changes. */
export interface Snapshot {
  readonly slots: readonly (Item | undefined)[];
}

/**
 * The TX collection: arrays for the names that rules use, a map for those made up while running.
 * Watched variables (those that still chains read or write) are a snapshot's, shared by all requests,
 * until a rule writes one of them.
 */
export class TxStore {
  readonly #names: SlotNames;
  readonly #watched: Uint8Array;
  readonly #own: (Item | undefined)[] = [];
  #base: (Item | undefined)[];
  #snapshot: Snapshot | undefined;
  #dynamic: Map<string, Item> | undefined;
  /** Of the slots for what a match captured, how many may be set. */
  #captured = 0;

  constructor(names: SlotNames, watched: Uint8Array) {
    this.#names = names;
    this.#watched = watched;
    this.#base = [];
  }

  /** The snapshot that the watched variables are as in; undefined once a rule wrote one. */
  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  /** Makes the watched variables what they are in a snapshot. */
  become(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    // Never written to while the snapshot is set.
    this.#base = snapshot.slots as (Item | undefined)[];
  }

  /** The watched variables as they are now. */
  freeze(): (Item | undefined)[] {
    return this.#base.slice();
  }

  at(slot: number): Item | undefined {
    return this.#watched[slot] === 1 ? this.#base[slot] : this.#own[slot];
  }

  get(lower: string): Item | undefined {
    const slot = this.#names.find(lower);
    return slot >= 0 ? this.at(slot) : this.#dynamic?.get(lower);
  }

  set(name: string, value: string): void {
    const lower = name.toLowerCase();
    const slot = this.#names.find(lower);
    if (slot >= 0) return this.#put(slot, new Item("TX", name, value, lower));
    this.#dynamic ??= new Map();
    if (this.#dynamic.size < maxDynamic || this.#dynamic.has(lower)) {
      this.#dynamic.set(lower, new Item("TX", name, value, lower));
    }
  }

  unset(name: string): void {
    const lower = name.toLowerCase();
    const slot = this.#names.find(lower);
    if (slot >= 0) this.#put(slot, undefined);
    else this.#dynamic?.delete(lower);
  }

  #put(slot: number, item: Item | undefined): void {
    if (slot < captureSlots && slot >= this.#captured) this.#captured = slot + 1;
    if (this.#watched[slot] !== 1) {
      this.#own[slot] = item;
      return;
    }
    if (this.#snapshot !== undefined) {
      this.#snapshot = undefined;
      this.#base = this.#base.slice();
    }
    this.#base[slot] = item;
  }

  /** Sets TX.0 to TX.9; what the match has no group for is gone. */
  capture(groups: readonly (string | undefined)[]): void {
    const used = Math.max(this.#captured, Math.min(captureSlots, groups.length));
    for (let i = 0; i < used; i++) {
      const group = groups[i];
      if (group !== undefined) this.#put(i, new Item("TX", captureNames[i] as string, group));
      else if (this.at(i) !== undefined) this.#put(i, undefined);
    }
    this.#captured = Math.min(captureSlots, groups.length);
  }

  all(): Item[] {
    const out = this.#names.names
      .map((_, slot) => this.at(slot))
      .filter((item) => item !== undefined);
    return this.#dynamic === undefined ? out : [...out, ...this.#dynamic.values()];
  }

  matching(regex: Regex): Item[] {
    const out: Item[] = [];
    for (const slot of this.#names.matching(regex)) {
      const item = this.at(slot);
      if (item !== undefined) out.push(item);
    }
    if (this.#dynamic !== undefined) {
      for (const item of this.#dynamic.values()) if (keyMatches(regex, item.key)) out.push(item);
    }
    return out;
  }
}

const captureNames = Array.from({ length: captureSlots }, (_, i) => String(i));
