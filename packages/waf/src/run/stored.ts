import type { Clock } from "@egide/std/clock.ts";

export interface StoredValue {
  value: string;
  /** Milliseconds since the epoch; undefined: with its record. */
  expires?: number;
  /** When it was last lowered (deprecatevar). */
  lowered?: number;
}

/** The variables kept under one key of a collection, such as IP for one address. */
export interface StoredRecord {
  readonly values: Map<string, StoredValue>;
  /** Milliseconds since the epoch. */
  expires: number;
}

/** Where collections live that outlast a transaction. Answers at once: it is asked on the hot path. */
export interface CollectionStore {
  load(collection: string, key: string): StoredRecord | undefined;
  save(collection: string, key: string, record: StoredRecord): void;
}

const maxRecords = 20_000;

/** Keeps records in this process; the longest unused go first. */
export class MemoryStore implements CollectionStore {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #records = new Map<string, StoredRecord>();

  constructor(clock: Clock, limit = maxRecords) {
    this.#clock = clock;
    this.#limit = limit;
  }

  load(collection: string, key: string): StoredRecord | undefined {
    const name = `${collection}\0${key}`;
    const record = this.#records.get(name);
    if (record === undefined) return undefined;
    this.#records.delete(name);
    if (record.expires <= this.#clock.now()) return undefined;
    this.#records.set(name, record);
    return record;
  }

  save(collection: string, key: string, record: StoredRecord): void {
    const name = `${collection}\0${key}`;
    this.#records.delete(name);
    this.#records.set(name, record);
    if (this.#records.size <= this.#limit) return;
    const oldest = this.#records.keys().next();
    if (oldest.done !== true) this.#records.delete(oldest.value);
  }
}
