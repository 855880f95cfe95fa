import type { NameInfo } from "#wire/h2/hpack/names.ts";
import { STATIC_NAMES, STATIC_SIZE, STATIC_VALUES } from "#wire/h2/hpack/static-table.ts";

/** What an entry costs beyond its octets (RFC 7541, section 4.1). */
export const ENTRY_OVERHEAD = 32;

const STATIC_FAULTS = new Uint8Array(STATIC_SIZE + 1);
const STATIC_BYTES = STATIC_VALUES.map(
  (value, i) => (STATIC_NAMES[i] as NameInfo).lower.length + value.length + ENTRY_OVERHEAD,
);

/**
 * The decoder's two tables behind one index space (RFC 7541, section 2.3). The dynamic one is a ring
 * that grows as needed. What was found about a name and a value when they came in stays with them, so
 * that a field sent by index costs no check.
 */
export class DecoderTable {
  #names: NameInfo[] = [];
  #values: string[] = [];
  #faults: number[] = [];
  #sizes: number[] = [];
  /** Slot of the newest entry. */
  #head = 0;
  #count = 0;
  #size = 0;
  #maxSize: number;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get count(): number {
    return this.#count;
  }

  /** Octets as RFC 7541, section 4.1, counts them. */
  get size(): number {
    return this.#size;
  }

  /** True where `index` names an entry. */
  has(index: number): boolean {
    return index > 0 && index <= STATIC_SIZE + this.#count;
  }

  name(index: number): NameInfo {
    return (
      index <= STATIC_SIZE ? STATIC_NAMES[index] : this.#names[this.#slot(index)]
    ) as NameInfo;
  }

  value(index: number): string {
    return (
      index <= STATIC_SIZE ? STATIC_VALUES[index] : this.#values[this.#slot(index)]
    ) as string;
  }

  /** Fault of name or value as `decoder.ts` names them; 0 for none. */
  fault(index: number): number {
    return (
      index <= STATIC_SIZE ? STATIC_FAULTS[index] : this.#faults[this.#slot(index)]
    ) as number;
  }

  bytes(index: number): number {
    return (index <= STATIC_SIZE ? STATIC_BYTES[index] : this.#sizes[this.#slot(index)]) as number;
  }

  add(name: NameInfo, value: string, fault: number, size: number): void {
    this.#evict(this.#maxSize - size);
    // An entry larger than the table empties it and is not added (RFC 7541, section 4.4).
    if (size > this.#maxSize) return;
    if (this.#count === this.#names.length) this.#grow();
    this.#head = (this.#head + 1) & (this.#names.length - 1);
    this.#names[this.#head] = name;
    this.#values[this.#head] = value;
    this.#faults[this.#head] = fault;
    this.#sizes[this.#head] = size;
    this.#count++;
    this.#size += size;
  }

  resize(maxSize: number): void {
    this.#maxSize = maxSize;
    this.#evict(maxSize);
  }

  #slot(index: number): number {
    return (this.#head - (index - STATIC_SIZE - 1)) & (this.#names.length - 1);
  }

  #evict(room: number): void {
    while (this.#size > room && this.#count > 0) {
      const oldest = (this.#head - this.#count + 1) & (this.#names.length - 1);
      this.#size -= this.#sizes[oldest] as number;
      this.#values[oldest] = "";
      this.#count--;
    }
  }

  #grow(): void {
    const old = this.#names.length;
    const capacity = old === 0 ? 8 : old * 2;
    const names: NameInfo[] = [];
    const values: string[] = [];
    const faults: number[] = [];
    const sizes: number[] = [];
    // Oldest first, so that the newest ends up in the last slot filled.
    for (let i = 0; i < this.#count; i++) {
      const from = (this.#head - this.#count + 1 + i) & (old - 1);
      names.push(this.#names[from] as NameInfo);
      values.push(this.#values[from] as string);
      faults.push(this.#faults[from] as number);
      sizes.push(this.#sizes[from] as number);
    }
    const filler = (this.#names[0] ?? STATIC_NAMES[0]) as NameInfo;
    while (names.length < capacity) {
      names.push(filler);
      values.push("");
      faults.push(0);
      sizes.push(0);
    }
    this.#names = names;
    this.#values = values;
    this.#faults = faults;
    this.#sizes = sizes;
    this.#head = this.#count === 0 ? capacity - 1 : this.#count - 1;
  }
}
