import { lock, unlock } from "#lock.ts";

/** Where counters live: made by the main thread, handed to every worker. */
export interface LimitMemory {
  readonly buffer: SharedArrayBuffer;
  /** 8 bytes under which keys are hashed: of this process alone. */
  readonly secret: Uint8Array;
}

/** Cells of one bucket. Head: the lock, a spare word, then two words of key for each cell. */
const WAYS = 7;
const HEAD_BYTES = 64;
/** Numbers of a cell; see the constants below. */
const FIELDS = 5;
export const BUCKET_BYTES = HEAD_BYTES + WAYS * FIELDS * 8;
const WORDS = BUCKET_BYTES / 4;
const DOUBLES = BUCKET_BYTES / 8;

/** Monotonic milliseconds after which the cell says nothing any more; 0: free. */
const EXPIRES = 0;
/** What the kind of counter keeps. */
export const A = 1;
export const B = 2;
export const C = 3;
/** Share of its limit that the counter has reached: who is worth keeping when room is short. */
const WEIGHT = 4;

/** A block of `bytes` (at least one bucket) that never grows. */
export function createLimitMemory(bytes: number): LimitMemory {
  const buckets = Math.max(1, Math.floor(bytes / BUCKET_BYTES));
  return {
    buffer: new SharedArrayBuffer(buckets * BUCKET_BYTES),
    secret: crypto.getRandomValues(new Uint8Array(8)),
  };
}

/**
 * A table of counters in shared memory: buckets of seven cells, a lock each. A key belongs to one
 * bucket. Where that is full, a cell that has expired makes room, else the one that is least far
 * towards its limit, of those the first to expire: a flood of new keys pushes out other small
 * counters, never one that is about to act or does so already.
 *
 * `open` (or `seek`) … `close`: between them the bucket is locked; nothing there may throw.
 */
export class Cells {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #buckets: number;
  #locked = 0;

  constructor({ buffer }: LimitMemory) {
    this.#words = new Int32Array(buffer);
    this.#doubles = new Float64Array(buffer);
    this.#buckets = Math.floor(buffer.byteLength / BUCKET_BYTES);
  }

  /** Cells that the memory has room for. */
  get capacity(): number {
    return this.#buckets * WAYS;
  }

  /** Where the numbers of a key stand; a cell that was not there has zeros. */
  open(lo: number, hi: number, now: number): number {
    const found = this.seek(lo, hi, now);
    return found >= 0 ? found : this.#claim(lo, hi, now);
  }

  /** The same, but -1 where the key has no counter. The bucket is locked nevertheless. */
  seek(lo: number, hi: number, now: number): number {
    const bucket = Math.floor(((lo >>> 0) * this.#buckets) / 4_294_967_296);
    const at = bucket * WORDS;
    const words = this.#words;
    lock(words, at);
    this.#locked = at;
    for (let i = 0; i < WAYS; i++) {
      const key = at + 2 + i * 2;
      if (words[key] !== lo || words[key + 1] !== hi) continue;
      const cell = bucket * DOUBLES + HEAD_BYTES / 8 + i * FIELDS;
      return (this.#doubles[cell + EXPIRES] as number) > now ? cell : -1;
    }
    return -1;
  }

  get(cell: number, field: number): number {
    return this.#doubles[cell + field] as number;
  }

  set(cell: number, field: number, value: number): void {
    this.#doubles[cell + field] = value;
  }

  /** Says until when the cell matters, and how much (a share of its limit). */
  keep(cell: number, expires: number, weight: number): void {
    this.#doubles[cell + EXPIRES] = expires;
    this.#doubles[cell + WEIGHT] = weight;
  }

  /** Makes the cell's room free. */
  drop(cell: number): void {
    this.#doubles[cell + EXPIRES] = 0;
  }

  close(): void {
    unlock(this.#words, this.#locked);
  }

  /** Cells in use at `now`: for figures, not for the hot path. */
  used(now: number): number {
    let used = 0;
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      const cells = bucket * DOUBLES + HEAD_BYTES / 8;
      for (let i = 0; i < WAYS; i++) {
        if ((this.#doubles[cells + i * FIELDS] as number) > now) used++;
      }
    }
    return used;
  }

  /** Room for a new key in the bucket that is locked. */
  #claim(lo: number, hi: number, now: number): number {
    const words = this.#words;
    const doubles = this.#doubles;
    const cells = (this.#locked / WORDS) * DOUBLES + HEAD_BYTES / 8;
    let best = 0;
    let bestWeight = Number.POSITIVE_INFINITY;
    let bestExpires = Number.POSITIVE_INFINITY;
    for (let i = 0; i < WAYS; i++) {
      const key = this.#locked + 2 + i * 2;
      const cell = cells + i * FIELDS;
      const expires = doubles[cell + EXPIRES] as number;
      // The key's own old cell must not stay beside a new one.
      if (words[key] === lo && words[key + 1] === hi) {
        best = i;
        break;
      }
      const weight = expires <= now ? -1 : (doubles[cell + WEIGHT] as number);
      if (weight < bestWeight || (weight === bestWeight && expires < bestExpires)) {
        best = i;
        bestWeight = weight;
        bestExpires = expires;
      }
    }
    const cell = cells + best * FIELDS;
    words[this.#locked + 2 + best * 2] = lo;
    words[this.#locked + 3 + best * 2] = hi;
    for (let field = 0; field < FIELDS; field++) doubles[cell + field] = 0;
    return cell;
  }
}
