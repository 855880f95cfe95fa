import type { Welcome } from "#mitigate/circle.ts";

/** Words of an entry. */
const KEY = 0;
const RATE = 1;
/** Theoretical arrival time of GCRA, milliseconds of the clock that all threads share. */
const TAT = 2;
const SEEN = 3;
const WORDS = 4;
const WAYS = 4;
const SETS = 16_384;
/** What may be asked at once, as time: a page with all its images, and then some. */
const BURST_MS = 2000;
const MOST_DEBT_MS = BURST_MS * 2;

export function createVisitorMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(SETS * WAYS * WORDS * 4);
}

/**
 * The visitors who were here before anything went wrong, for all threads of a process: the main thread
 * writes who they are, the workers what they ask. A known visitor who asks much faster than they used to
 * is treated as a stranger for as long as they do. Bounded; lost races cost one request's count.
 */
export class VisitorBook {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  /** `rate` 0: forgets the visitor. `now`: monotonic milliseconds. */
  write({ visitor, rate }: Welcome, now: number): void {
    const words = this.#words;
    const at = this.#find(visitor);
    if (rate <= 0) {
      if (at >= 0) words[at + KEY] = 0;
      return;
    }
    const place = at >= 0 ? at : this.#oldest(visitor, now);
    if (at < 0) words[place + TAT] = now | 0;
    words[place + RATE] = Math.min(10_000, Math.ceil(rate));
    words[place + SEEN] = now | 0;
    words[place + KEY] = visitor | 0;
  }

  /** True where the visitor is known and within their allowance; `count` requests are counted. */
  spend(visitor: number, count: number, now: number): boolean {
    const words = this.#words;
    const at = this.#find(visitor);
    if (at < 0) return false;
    const after = this.#debt(at, now) + (count * 1000) / (words[at + RATE] as number);
    // Who is far over it is not made to wait for ever after.
    words[at + TAT] = (now | 0) + Math.min(after, MOST_DEBT_MS);
    words[at + SEEN] = now | 0;
    return after <= BURST_MS;
  }

  /** The same without counting. */
  isKnown(visitor: number, now: number): boolean {
    const at = this.#find(visitor);
    return at >= 0 && this.#debt(at, now) <= BURST_MS;
  }

  /** Milliseconds of allowance that are used up. Words wrap around every 50 days: differences don't. */
  #debt(at: number, now: number): number {
    const ahead = ((this.#words[at + TAT] as number) - (now | 0)) | 0;
    // More than anyone may owe is a moment from weeks ago.
    return ahead > MOST_DEBT_MS ? 0 : Math.max(0, ahead);
  }

  /** All who are known, the latest first. */
  list(now: number): Welcome[] {
    const words = this.#words;
    const found: { readonly visitor: number; readonly rate: number; readonly unseen: number }[] =
      [];
    for (let at = 0; at < words.length; at += WORDS) {
      const visitor = words[at + KEY] as number;
      if (visitor === 0) continue;
      found.push({ visitor, rate: words[at + RATE] as number, unseen: this.#unseen(at, now) });
    }
    return found.sort((a, b) => a.unseen - b.unseen);
  }

  #find(visitor: number): number {
    const key = visitor | 0;
    const start = this.#start(visitor);
    for (let at = start; at < start + WAYS * WORDS; at += WORDS) {
      if (this.#words[at] === key) return at;
    }
    return -1;
  }

  #oldest(visitor: number, now: number): number {
    const start = this.#start(visitor);
    let place = start;
    for (let at = start; at < start + WAYS * WORDS; at += WORDS) {
      if (this.#words[at] === 0) return at;
      if (this.#unseen(at, now) > this.#unseen(place, now)) place = at;
    }
    return place;
  }

  #unseen(at: number, now: number): number {
    return ((now | 0) - (this.#words[at + SEEN] as number)) >>> 0;
  }

  #start(visitor: number): number {
    return ((visitor >>> 0) % SETS) * WAYS * WORDS;
  }
}
