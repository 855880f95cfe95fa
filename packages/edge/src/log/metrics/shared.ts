import { FAMILIES, FAMILY_NAMES, type FamilyName, widthOf } from "#log/metrics/family.ts";

/** Words of the head, as 32-bit numbers. */
const LOCK = 0;
const SERIES = 1;
const SLOTS_USED = 2;
const NAMES_USED = 3;
const HEAD_BYTES = 64;
/** A holder that takes longer was killed while it held the lock. */
const SPINS = 5_000_000;

/** Room for values of one worker; a zone takes about 60. */
const SLOTS = 65_536;
const NAME_BYTES = 4_194_304;

export interface MetricsMemory {
  readonly buffer: SharedArrayBuffer;
  readonly workers: number;
}

/** One block for all threads of a process: made by the main thread, handed to each worker. */
export function createMetricsMemory(workers: number): MetricsMemory {
  const bytes = HEAD_BYTES + NAME_BYTES + workers * SLOTS * 8;
  return { buffer: new SharedArrayBuffer(bytes), workers };
}

/** What stands in for the labels of series for which there is no room. */
const OVERFLOW = "_other";

/** One series as the directory names it. */
export interface Entry {
  readonly family: FamilyName;
  readonly labels: readonly string[];
  readonly slot: number;
}

/**
 * Numbers that many threads write and one reads. Each worker has a block of its own, so that
 * counting is an addition without locks; a scrape adds the blocks up. Only the first use of a series
 * touches the directory that they share, under a lock.
 */
export class SharedMetrics {
  readonly #head: Int32Array;
  readonly #names: Uint8Array;
  readonly #view: DataView;
  readonly #blocks: readonly Float64Array[];
  readonly #known = new Map<string, Entry>();
  #read = 0;
  #readAt = 0;

  constructor(memory: MetricsMemory) {
    const { buffer, workers } = memory;
    this.#head = new Int32Array(buffer, 0, HEAD_BYTES / 4);
    this.#names = new Uint8Array(buffer, HEAD_BYTES, NAME_BYTES);
    this.#view = new DataView(buffer, HEAD_BYTES, NAME_BYTES);
    const start = HEAD_BYTES + NAME_BYTES;
    this.#blocks = Array.from(
      { length: workers },
      (_, i) => new Float64Array(buffer, start + i * SLOTS * 8, SLOTS),
    );
  }

  /** The numbers of one worker: nobody else may write to them. */
  block(worker: number): Float64Array {
    const block = this.#blocks[worker];
    if (block === undefined) throw new Error(`no block for worker ${worker}`);
    return block;
  }

  /** Where a series' numbers stand in every block; made on first use. */
  slot(family: FamilyName, labels: readonly string[]): number {
    const key = keyOf(family, labels);
    const known = this.#known.get(key);
    if (known !== undefined) return known.slot;
    this.#lock();
    try {
      this.#catchUp();
      return this.#known.get(key)?.slot ?? this.#add(family, labels);
    } finally {
      Atomics.store(this.#head, LOCK, 0);
    }
  }

  /** All series that any thread has made so far. */
  entries(): readonly Entry[] {
    this.#catchUp();
    return [...this.#known.values()];
  }

  sum(slot: number): number {
    let sum = 0;
    for (const block of this.#blocks) sum += block[slot] as number;
    return sum;
  }

  /**
   * A worker has fallen: what it held open is not open any more; its counters stay. Called by the
   * main thread before another takes over the worker's block.
   */
  fallen(worker: number): void {
    const block = this.block(worker);
    const crashes = this.slot("crashes", []);
    for (const { family, slot } of this.entries()) {
      if (FAMILIES[family].kind === "gauge") block[slot] = 0;
    }
    block[crashes] = (block[crashes] as number) + 1;
  }

  #add(family: FamilyName, labels: readonly string[]): number {
    const width = widthOf(FAMILIES[family]);
    const slot = Atomics.load(this.#head, SLOTS_USED);
    const name = new TextEncoder().encode(JSON.stringify([family, ...labels]));
    const at = Atomics.load(this.#head, NAMES_USED);
    if (slot + width > SLOTS * 0.99 || at + name.length + 8 > NAME_BYTES * 0.99) {
      // The last hundredth is kept for those that gather what has no room.
      const others = labels.map(() => OVERFLOW);
      const known = this.#known.get(keyOf(family, others));
      if (known !== undefined) return known.slot;
      if (labels.some((label) => label !== OVERFLOW)) return this.#add(family, others);
    }
    this.#view.setUint32(at, slot);
    this.#view.setUint32(at + 4, name.length);
    this.#names.set(name, at + 8);
    Atomics.store(this.#head, NAMES_USED, at + 8 + name.length);
    Atomics.store(this.#head, SLOTS_USED, slot + width);
    Atomics.add(this.#head, SERIES, 1);
    this.#catchUp();
    return slot;
  }

  /** Reads the directory on from where it was last read. */
  #catchUp(): void {
    const count = Atomics.load(this.#head, SERIES);
    for (; this.#read < count; this.#read++) {
      const slot = this.#view.getUint32(this.#readAt);
      const length = this.#view.getUint32(this.#readAt + 4);
      const start = this.#readAt + 8;
      // A TextDecoder does not take shared memory.
      const text = Buffer.from(this.#names.slice(start, start + length)).toString();
      const [family, ...labels] = JSON.parse(text) as [FamilyName, ...string[]];
      this.#known.set(keyOf(family, labels), { family, labels, slot });
      this.#readAt = start + length;
    }
  }

  #lock(): void {
    for (let i = 0; i < SPINS; i++) {
      if (Atomics.compareExchange(this.#head, LOCK, 0, 1) === 0) return;
    }
  }
}

function keyOf(family: FamilyName, labels: readonly string[]): string {
  return `${FAMILY_NAMES.indexOf(family)}\0${labels.join("\0")}`;
}
