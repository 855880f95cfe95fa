import { KeyHash } from "@egide/limit/key.ts";
import type { Clock } from "@egide/std/clock.ts";
import { parseIp } from "@egide/std/ip.ts";
import { machineTime } from "#wire/process-time.ts";
import type { Ban, BanSink } from "#kernel/bans.ts";

/** Where the main thread notes who is banned and every worker looks it up. */
export interface BanTableMemory {
  readonly buffer: SharedArrayBuffer;
  /** 8 bytes under which addresses are hashed. */
  readonly secret: Uint8Array;
}

/* Words of the head: how many bans, then a bit for each length of prefix that occurs. */
const COUNT = 0;
const LENGTHS_V4 = 1;
const LENGTHS_V6 = 3;
/** Counts the writer's changes. */
const CHANGES = 8;
const HEAD_WORDS = 16;
/* Words of an entry. */
const LO = 0;
const HI = 1;
/** Seconds of the machine's monotonic clock, rounded up; 0: free. */
const ENDS = 2;
const ENTRY_WORDS = 3;
/** Places in which an entry may stand, from where its hash points. */
const WINDOW = 16;
/** Addresses whose fate is remembered until the table changes. */
const MOST_KNOWN = 4096;
/** Ends before all time: who is not banned. */
const FREE = 0;

export function createBanTableMemory(entries: number): BanTableMemory {
  return {
    buffer: new SharedArrayBuffer((HEAD_WORDS + (entries + WINDOW) * ENTRY_WORDS) * 4),
    secret: crypto.getRandomValues(new Uint8Array(8)),
  };
}

/**
 * The workers' side. Where nobody is banned a look-up is one load; and what was found is remembered
 * until the table changes, as bans end by themselves but never begin so.
 */
export class BanTable {
  protected readonly words: Int32Array;
  protected readonly hash: KeyHash;
  protected readonly places: number;
  /** Until when an address is banned at least, or FREE. */
  readonly #known = new Map<string, number>();
  #seen = 0;

  constructor({ buffer, secret }: BanTableMemory) {
    this.words = new Int32Array(buffer);
    this.hash = new KeyHash(secret);
    this.places = (this.words.length - HEAD_WORDS) / ENTRY_WORDS - WINDOW;
  }

  /** `now`: milliseconds of the machine's monotonic clock. */
  has(address: string, now: number): boolean {
    if (Atomics.load(this.words, COUNT) === 0) return false;
    // Read before the look-up: a change under way makes what is noted here void once it is whole.
    const changes = Atomics.load(this.words, CHANGES);
    const seconds = now / 1000;
    if (changes !== this.#seen || this.#known.size >= MOST_KNOWN) {
      this.#known.clear();
      this.#seen = changes;
    } else {
      const ends = this.#known.get(address);
      if (ends === FREE) return false;
      if (ends !== undefined && ends > seconds) return true;
    }
    const ends = this.#endsOf(address, seconds);
    this.#known.set(address, ends);
    return ends !== FREE;
  }

  #endsOf(address: string, seconds: number): number {
    const bytes = parseIp(address);
    if (bytes === null) return FREE;
    const head = bytes.length === 4 ? LENGTHS_V4 : LENGTHS_V6;
    const words = (bytes.length * 8) / 32;
    // Bit 31 of the last word but one means 32 (or 128) bits: lengths are counted from 1.
    for (let word = words - 1; word >= 0; word--) {
      let left = Atomics.load(this.words, head + word);
      while (left !== 0) {
        const bit = 31 - Math.clz32(left);
        left &= ~(1 << bit);
        const at = this.find(bytes, word * 32 + bit + 1, seconds);
        if (at >= 0) return Atomics.load(this.words, at + ENDS);
      }
    }
    return FREE;
  }

  /** Where the entry of the first `bits` bits stands; -1 where there is none that is in force. */
  protected find(bytes: Uint8Array, bits: number, seconds: number): number {
    const from = this.place(bytes, bits);
    const { lo, hi } = this.hash;
    const { words } = this;
    for (let i = 0; i < WINDOW; i++) {
      const at = from + i * ENTRY_WORDS;
      if (Atomics.load(words, at + LO) !== lo || Atomics.load(words, at + HI) !== hi) continue;
      if (Atomics.load(words, at + ENDS) > seconds) return at;
    }
    return -1;
  }

  protected place(bytes: Uint8Array, bits: number): number {
    const { hash } = this;
    hash.begin().word(bytes.length * 256 + bits);
    for (let i = 0; i < bytes.length && i * 8 < bits; i += 4) {
      const word =
        ((bytes[i] as number) << 24) |
        ((bytes[i + 1] as number) << 16) |
        ((bytes[i + 2] as number) << 8) |
        (bytes[i + 3] as number);
      const here = bits - i * 8;
      hash.word(here >= 32 ? word : word & ~(0xffff_ffff >>> here));
    }
    hash.finish();
    return HEAD_WORDS + Math.floor(((hash.lo >>> 0) * this.places) / 4_294_967_296) * ENTRY_WORDS;
  }
}

/** Whether the main thread has banned an address: asked at each connection and each request. */
export function banCheck(
  memory: BanTableMemory | null,
  clock: Clock,
): (address: string) => boolean {
  if (memory === null) return () => false;
  const table = new BanTable(memory);
  const now = machineTime(clock);
  return (address) => table.has(address, now());
}

/** The main thread's side: the only writer. */
export class BanTableWriter extends BanTable implements BanSink {
  readonly #lengths = new Map<number, number>();
  readonly #banned = new Set<string>();

  changed(added: readonly Ban[], removed: readonly Ban[]): void {
    for (const { prefix } of removed) {
      const at = this.find(prefix.bytes, prefix.bits, 0);
      if (at >= 0) Atomics.store(this.words, at + ENDS, 0);
      if (this.#banned.delete(prefix.text)) this.#count(prefix.bytes, prefix.bits, -1);
    }
    for (const { prefix, ends } of added) {
      this.#put(prefix.bytes, prefix.bits, Math.ceil(ends / 1000));
      if (this.#banned.has(prefix.text)) continue;
      this.#banned.add(prefix.text);
      this.#count(prefix.bytes, prefix.bits, 1);
    }
    Atomics.store(this.words, COUNT, this.#banned.size);
    // Behind all else: whoever looked before this looks again.
    Atomics.add(this.words, CHANGES, 1);
  }

  /** Into a free place of the window; where there is none, instead of what ends first. */
  #put(bytes: Uint8Array, bits: number, ends: number): void {
    const { words } = this;
    let best = this.find(bytes, bits, 0);
    if (best < 0) {
      const from = this.place(bytes, bits);
      best = from;
      for (let i = 0; i < WINDOW; i++) {
        const at = from + i * ENTRY_WORDS;
        if ((words[at + ENDS] as number) < (words[best + ENDS] as number)) best = at;
      }
      // Not in force while it is half written.
      Atomics.store(words, best + ENDS, 0);
      Atomics.store(words, best + LO, this.hash.lo);
      Atomics.store(words, best + HI, this.hash.hi);
    }
    Atomics.store(words, best + ENDS, ends);
  }

  #count(bytes: Uint8Array, bits: number, by: 1 | -1): void {
    const key = bytes.length * 256 + bits;
    const count = (this.#lengths.get(key) ?? 0) + by;
    this.#lengths.set(key, count);
    const word = (bytes.length === 4 ? LENGTHS_V4 : LENGTHS_V6) + ((bits - 1) >> 5);
    const bit = 1 << ((bits - 1) & 31);
    if (count > 0) Atomics.or(this.words, word, bit);
    else Atomics.and(this.words, word, ~bit);
  }
}
