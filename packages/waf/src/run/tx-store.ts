import type { SlotNames } from "#plan/slots.ts";
import type { Regex } from "#regex/regex.ts";
import { Item } from "#run/item.ts";

/** Variables that rules made at run time beyond the named ones: a bound against floods. */
const maxDynamic = 2000;

/** The TX collection: an array for the names the rules use, a map for those made up while running. */
export class TxStore {
  readonly #names: SlotNames;
  readonly #slots: (Item | undefined)[];
  #dynamic: Map<string, Item> | undefined;

  constructor(names: SlotNames) {
    this.#names = names;
    this.#slots = Array.from({ length: names.names.length });
  }

  at(slot: number): Item | undefined {
    return this.#slots[slot];
  }

  get(lower: string): Item | undefined {
    const slot = this.#names.find(lower);
    return slot >= 0 ? this.#slots[slot] : this.#dynamic?.get(lower);
  }

  setAt(slot: number, value: string): void {
    const name = this.#names.names[slot] as string;
    this.#slots[slot] = new Item("TX", name, value);
  }

  set(name: string, value: string): void {
    const lower = name.toLowerCase();
    const slot = this.#names.find(lower);
    if (slot >= 0) {
      this.#slots[slot] = new Item("TX", name, value, lower);
      return;
    }
    this.#dynamic ??= new Map();
    if (this.#dynamic.size < maxDynamic || this.#dynamic.has(lower)) {
      this.#dynamic.set(lower, new Item("TX", name, value, lower));
    }
  }

  unset(name: string): void {
    const lower = name.toLowerCase();
    const slot = this.#names.find(lower);
    if (slot >= 0) this.#slots[slot] = undefined;
    else this.#dynamic?.delete(lower);
  }

  /** Sets TX.0 to TX.9; what the match has no group for is gone. */
  capture(groups: readonly (string | undefined)[]): void {
    for (let i = 0; i < 10; i++) {
      const group = groups[i];
      this.#slots[i] = group === undefined ? undefined : new Item("TX", String(i), group);
    }
  }

  all(): Item[] {
    const out = this.#slots.filter((item) => item !== undefined);
    return this.#dynamic === undefined ? out : [...out, ...this.#dynamic.values()];
  }

  matching(regex: Regex): Item[] {
    const out: Item[] = [];
    for (const item of this.#slots) {
      if (item !== undefined && keyMatches(regex, item.key)) out.push(item);
    }
    if (this.#dynamic !== undefined) {
      for (const item of this.#dynamic.values()) if (keyMatches(regex, item.key)) out.push(item);
    }
    return out;
  }
}

/** Keys come back from request to request: what a selector says of one is remembered. */
const remembered = new WeakMap<Regex, Map<string, boolean>>();
const maxRemembered = 1000;

export function keyMatches(regex: Regex, key: string): boolean {
  let known = remembered.get(regex);
  if (known === undefined || known.size >= maxRemembered) {
    known = new Map();
    remembered.set(regex, known);
  }
  let found = known.get(key);
  if (found === undefined) {
    found = regex.test(key) === true;
    if (key.length <= 128) known.set(key, found);
  }
  return found;
}
