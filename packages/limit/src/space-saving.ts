/** What a summary says of one key: it came at least `count - error` and at most `count` times. */
export interface Heavy {
  readonly lo: number;
  readonly hi: number;
  readonly count: number;
  readonly error: number;
  /** The values that were noted for the key, or null where it is not sure that it is heavy. */
  readonly values: readonly string[] | null;
}

/** Counts are sure to be as high as this before the values of a key are worth keeping. */
const NOTED_FROM = 8;

/**
 * Space-Saving (Metwally, Agrawal, El Abbadi, 2005): the most frequent keys of a stream in fixed
 * memory. Every key that makes up more than 1/capacity of the stream is in it. Belongs to one thread;
 * summaries of several are merged by `mergeHeavy`.
 *
 * A heap orders the entries by count, an open table finds them by key. Nothing is allocated, save for
 * the values of a key that proves heavy.
 */
export class SpaceSaving {
  readonly capacity: number;
  readonly #lo: Int32Array;
  readonly #hi: Int32Array;
  readonly #count: Float64Array;
  readonly #error: Float64Array;
  readonly #values: (readonly string[] | null)[];
  /** Heap of entries, the least count first; and where in it each entry stands. */
  readonly #heap: Int32Array;
  readonly #place: Int32Array;
  /** Open addressing, linear probing: entry + 1, 0 where free. */
  readonly #table: Int32Array;
  readonly #mask: number;
  #size = 0;
  #total = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#lo = new Int32Array(capacity);
    this.#hi = new Int32Array(capacity);
    this.#count = new Float64Array(capacity);
    this.#error = new Float64Array(capacity);
    this.#values = Array.from({ length: capacity }, () => null);
    this.#heap = new Int32Array(capacity);
    this.#place = new Int32Array(capacity);
    const slots = 2 ** Math.ceil(Math.log2(capacity * 2));
    this.#table = new Int32Array(slots);
    this.#mask = slots - 1;
  }

  /** All that was counted. */
  get total(): number {
    return this.#total;
  }

  /**
   * Counts. True where the key has just become sure enough to be worth a name: then `note` its
   * values. (They are asked for only now because noting costs a copy, and most keys never get here.)
   */
  add(lo: number, hi: number, amount: number): boolean {
    this.#total += amount;
    let entry = this.#find(lo, hi);
    if (entry < 0) {
      entry = this.#size < this.capacity ? this.#fresh() : this.#replaceLeast();
      this.#lo[entry] = lo;
      this.#hi[entry] = hi;
      this.#values[entry] = null;
      this.#insert(entry);
    }
    const count = (this.#count[entry] as number) + amount;
    this.#count[entry] = count;
    this.#sink(this.#place[entry] as number);
    return this.#values[entry] === null && count - (this.#error[entry] as number) >= NOTED_FROM;
  }

  /** Keeps what the key stands for. */
  note(lo: number, hi: number, values: readonly string[]): void {
    const entry = this.#find(lo, hi);
    if (entry >= 0) this.#values[entry] = values;
  }

  /** The heaviest first, those with a count of at least `least`. */
  top(least = 0): Heavy[] {
    const out: Heavy[] = [];
    for (let entry = 0; entry < this.#size; entry++) {
      const count = this.#count[entry] as number;
      if (count < least) continue;
      out.push({
        lo: this.#lo[entry] as number,
        hi: this.#hi[entry] as number,
        count,
        error: this.#error[entry] as number,
        values: this.#values[entry] ?? null,
      });
    }
    return out.sort((a, b) => b.count - a.count);
  }

  /** Multiplies everything by `factor` (0 to 1): what is old counts less. The order stays. */
  age(factor: number): void {
    for (let entry = 0; entry < this.#size; entry++) {
      this.#count[entry] = (this.#count[entry] as number) * factor;
      this.#error[entry] = (this.#error[entry] as number) * factor;
    }
    this.#total *= factor;
  }

  clear(): void {
    this.#size = 0;
    this.#total = 0;
    this.#table.fill(0);
    this.#values.fill(null);
  }

  #fresh(): number {
    const entry = this.#size++;
    this.#count[entry] = 0;
    this.#error[entry] = 0;
    this.#heap[entry] = entry;
    this.#place[entry] = entry;
    this.#rise(entry);
    return entry;
  }

  /** The newcomer inherits the count of the one it replaces, as its possible error. */
  #replaceLeast(): number {
    const entry = this.#heap[0] as number;
    this.#remove(entry);
    this.#error[entry] = this.#count[entry] as number;
    return entry;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const entry = heap[from] as number;
    const count = this.#count[entry] as number;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = heap[parent] as number;
      if ((this.#count[other] as number) <= count) break;
      heap[at] = other;
      this.#place[other] = at;
      at = parent;
    }
    heap[at] = entry;
    this.#place[entry] = at;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const entry = heap[from] as number;
    const count = this.#count[entry] as number;
    let at = from;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.#size) break;
      if (
        child + 1 < this.#size &&
        (this.#count[heap[child + 1] as number] as number) <
          (this.#count[heap[child] as number] as number)
      ) {
        child++;
      }
      const other = heap[child] as number;
      if ((this.#count[other] as number) >= count) break;
      heap[at] = other;
      this.#place[other] = at;
      at = child;
    }
    heap[at] = entry;
    this.#place[entry] = at;
  }

  #find(lo: number, hi: number): number {
    for (let at = lo & this.#mask; ; at = (at + 1) & this.#mask) {
      const entry = (this.#table[at] as number) - 1;
      if (entry < 0 || (this.#lo[entry] === lo && this.#hi[entry] === hi)) return entry;
    }
  }

  #insert(entry: number): void {
    let at = (this.#lo[entry] as number) & this.#mask;
    while (this.#table[at] !== 0) at = (at + 1) & this.#mask;
    this.#table[at] = entry + 1;
  }

  /** Closes the gap, so that no search ends too early (Knuth, volume 3, algorithm 6.4 R). */
  #remove(entry: number): void {
    const table = this.#table;
    let gap = (this.#lo[entry] as number) & this.#mask;
    while (table[gap] !== entry + 1) gap = (gap + 1) & this.#mask;
    for (let at = gap; ; ) {
      at = (at + 1) & this.#mask;
      const other = (table[at] as number) - 1;
      if (other < 0) break;
      const home = (this.#lo[other] as number) & this.#mask;
      if (((at - home) & this.#mask) >= ((at - gap) & this.#mask)) {
        table[gap] = other + 1;
        gap = at;
      }
    }
    table[gap] = 0;
  }
}

/**
 * Summaries of several threads as one (Agrawal et al., "Mergeable Summaries", 2012): counts and errors
 * of the same key add up; what a thread does not list may have come as often there as its least.
 */
export function mergeHeavy(
  summaries: readonly { readonly top: readonly Heavy[]; readonly capacity: number }[],
): Heavy[] {
  const floors = summaries.map(({ top, capacity }) =>
    top.length < capacity ? 0 : (top.at(-1)?.count ?? 0),
  );
  const all = floors.reduce((sum, floor) => sum + floor, 0);
  const merged = new Map<string, Heavy>();
  summaries.forEach(({ top }, i) => {
    for (const heavy of top) {
      const key = `${heavy.lo} ${heavy.hi}`;
      const other = merged.get(key) ?? { count: all, error: all, values: null };
      const floor = floors[i] as number;
      merged.set(key, {
        lo: heavy.lo,
        hi: heavy.hi,
        count: other.count + heavy.count - floor,
        error: other.error + heavy.error - floor,
        values: heavy.values ?? other.values,
      });
    }
  });
  return [...merged.values()].sort((a, b) => b.count - a.count);
}
