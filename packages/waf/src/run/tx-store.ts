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
  /** Those whose names were made up; undefined where there are none. */
  readonly coined: ReadonlyMap<string, Item> | undefined;
  /** What a played rule captured last; the same object as long as none captured anything since. */
  readonly captured: Captures | undefined;
  /** Played rules may read variables whose names are made up. */
  readonly byShape: boolean;
}

type Captures = readonly (string | undefined)[];

/** Which variables snapshots hold. */
interface Watched {
  /** 1 for the slots of such. */
  readonly watched: Uint8Array;
  /** What picks such among names that are made up. */
  readonly coined: readonly Regex[];
}

/**
 * The TX collection: arrays for the names that rules use, a map for those made up while running.
 * Watched variables (those that played rules read or write) are a snapshot's, shared by all requests,
 * until a rule writes one of them.
 */
export class TxStore {
  readonly #names: SlotNames;
  readonly #watched: Uint8Array;
  readonly #patterns: readonly Regex[];
  readonly #own: (Item | undefined)[] = [];
  #base: (Item | undefined)[];
  #snapshot: Snapshot | undefined;
  /** What the snapshot says of names that are made up. */
  #coined: ReadonlyMap<string, Item> | undefined;
  #byShape = false;
  #dynamic: Map<string, Item> | undefined;
  /** Of the slots for what a match captured, how many may be set. */
  #captured = 0;
  #lastCaptured: Captures | undefined;
  /** The last of the snapshots' captures, which took the place of what was captured before. */
  #played: Captures | undefined;

  constructor(names: SlotNames, { watched, coined }: Watched) {
    this.#names = names;
    this.#watched = watched;
    this.#patterns = coined;
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
    this.#coined = snapshot.coined;
    this.#byShape = snapshot.byShape;
    const { captured } = snapshot;
    if (captured === this.#played) return;
    this.#played = captured;
    if (captured !== undefined) this.capture(captured);
  }

  /** The same, and forgets what is in no snapshot. */
  restart(snapshot: Snapshot): void {
    this.#dynamic = undefined;
    this.#own.length = 0;
    this.become(snapshot);
    this.#lastCaptured = snapshot.captured;
  }

  /** True where something is no longer as in the snapshot, was made up or captured since. */
  get moved(): boolean {
    const isSame = this.#snapshot !== undefined && this.#lastCaptured === this.#played;
    return !isSame || this.#dynamic !== undefined;
  }

  /** Names made up since the snapshot. */
  get madeUp(): Iterable<Item> {
    return this.#dynamic?.values() ?? [];
  }

  /** The watched variables as they are now, those whose names were made up, and the last captures. */
  freeze(): Omit<Snapshot, "byShape"> {
    const coined =
      this.#coined === undefined || this.#dynamic === undefined
        ? (this.#dynamic ?? this.#coined)
        : new Map([...this.#coined, ...this.#dynamic]);
    return { slots: this.#base.slice(), coined, captured: this.#lastCaptured };
  }

  /** The snapshot's variables become the request's own. */
  #leave(): void {
    if (this.#snapshot === undefined) return;
    this.#snapshot = undefined;
    this.#byShape = false;
    this.#base = this.#base.slice();
    if (this.#coined === undefined) return;
    this.#dynamic = new Map([...this.#coined, ...(this.#dynamic ?? [])]);
    this.#coined = undefined;
  }

  at(slot: number): Item | undefined {
    return this.#watched[slot] === 1 ? this.#base[slot] : this.#own[slot];
  }

  /** True for a variable that no snapshot holds. */
  keepsAside(name: string): boolean {
    const slot = this.#names.find(name.toLowerCase());
    return slot >= 0 && this.#watched[slot] !== 1;
  }

  get(lower: string): Item | undefined {
    const slot = this.#names.find(lower);
    if (slot >= 0) return this.at(slot);
    return this.#dynamic?.get(lower) ?? this.#coined?.get(lower);
  }

  set(name: string, value: string): void {
    const lower = name.toLowerCase();
    const slot = this.#names.find(lower);
    if (slot >= 0) return this.#put(slot, new Item("TX", name, value, lower));
    if (this.#coined?.has(lower) === true || (this.#byShape && this.#picked(name))) this.#leave();
    this.#dynamic ??= new Map();
    const size = this.#dynamic.size + (this.#coined?.size ?? 0);
    if (size < maxDynamic || this.#dynamic.has(lower))
      this.#dynamic.set(lower, new Item("TX", name, value, lower));
  }

  /** True where a played rule would see a variable of that name. */
  #picked(name: string): boolean {
    for (const regex of this.#patterns) if (keyMatches(regex, name)) return true;
    return false;
  }

  unset(name: string): void {
    const lower = name.toLowerCase();
    const slot = this.#names.find(lower);
    if (slot >= 0) this.#put(slot, undefined);
    else {
      if (this.#coined?.has(lower) === true) this.#leave();
      this.#dynamic?.delete(lower);
    }
  }

  #put(slot: number, item: Item | undefined): void {
    if (slot < captureSlots && slot >= this.#captured) this.#captured = slot + 1;
    if (this.#watched[slot] !== 1) {
      this.#own[slot] = item;
      return;
    }
    this.#leave();
    this.#base[slot] = item;
  }

  /** Sets TX.0 to TX.9; what the match has no group for is gone. */
  capture(groups: Captures): void {
    this.#lastCaptured = groups;
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
    return [...out, ...(this.#coined?.values() ?? []), ...(this.#dynamic?.values() ?? [])];
  }

  matching(regex: Regex): Item[] {
    const out: Item[] = [];
    for (const slot of this.#names.matching(regex)) {
      const item = this.at(slot);
      if (item !== undefined) out.push(item);
    }
    for (const made of [this.#coined, this.#dynamic]) {
      if (made === undefined) continue;
      for (const item of made.values()) if (keyMatches(regex, item.key)) out.push(item);
    }
    return out;
  }
}

const captureNames = Array.from({ length: captureSlots }, (_, i) => String(i));
