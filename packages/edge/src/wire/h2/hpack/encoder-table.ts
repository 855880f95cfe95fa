import { STATIC_SIZE } from "#wire/h2/hpack/static-table.ts";

/** More entries than 4096 octets can hold (each takes 33 and more); a power of two. */
const SLOTS = 128;
const SLOT_MASK = SLOTS - 1;

/**
 * The encoder's dynamic table: a ring of values, found by the number of their name and then by
 * comparing the few values that this name has in the table, newest first. Entries are numbered from 1
 * as they come; an index of RFC 7541 is told from that number.
 */
export class EncoderTable {
  /** Newest entry by number of the name. */
  readonly #newest = new Uint32Array(256);
  /** The entry before with the same name. */
  readonly #previous = new Uint32Array(SLOTS);
  readonly #sizes = new Uint16Array(SLOTS);
  readonly #values: string[] = Array.from({ length: SLOTS }, () => "");
  #added = 0;
  #evicted = 0;
  #size = 0;
  #maxSize: number;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** HPACK index of the field, or 0. */
  find(nameId: number, value: string): number {
    let entry = this.#newest[nameId] as number;
    while (entry > this.#evicted) {
      const slot = entry & SLOT_MASK;
      if (this.#values[slot] === value) return STATIC_SIZE + 1 + this.#added - entry;
      entry = this.#previous[slot] as number;
    }
    return 0;
  }

  /** HPACK index of any entry with this name, or 0. */
  findName(nameId: number): number {
    const entry = this.#newest[nameId] as number;
    return entry > this.#evicted ? STATIC_SIZE + 1 + this.#added - entry : 0;
  }

  /** False: the entry is larger than what the table should be emptied for. */
  fits(size: number): boolean {
    return size * 4 <= this.#maxSize;
  }

  add(nameId: number, value: string, size: number): void {
    this.#evict(this.#maxSize - size);
    const entry = ++this.#added;
    const slot = entry & SLOT_MASK;
    this.#previous[slot] = this.#newest[nameId] as number;
    this.#newest[nameId] = entry;
    this.#values[slot] = value;
    this.#sizes[slot] = size;
    this.#size += size;
  }

  resize(maxSize: number): void {
    this.#maxSize = maxSize;
    this.#evict(maxSize);
  }

  #evict(room: number): void {
    while (this.#size > room && this.#evicted < this.#added) this.#evictOne();
  }

  #evictOne(): void {
    const slot = ++this.#evicted & SLOT_MASK;
    this.#size -= this.#sizes[slot] as number;
    this.#values[slot] = "";
  }
}
