import { allBits, type Bits, clearBit } from "#plan/bits.ts";
import { kindOf } from "#transform/kinds.ts";

/** What the bytes of a value say, whatever their order. */
export interface BytesSeen {
  /** The bits of all operators but those for which a single byte is literal enough, and is there. */
  readonly keep: Bits;
  /** The kinds of its bytes. */
  readonly kinds: number;
}

/** Bits of one half of the classes: a number that stays a small integer. */
const half = 31;
const kept = 1024;

/**
 * Literals of one byte: nearly every value holds some. Bytes that the same operators look for are one
 * class, a value is the set of its classes, and what such a set says is worked out once, since values
 * of one sort (numbers, words, addresses) are made of the same ones.
 */
export class ByteClasses {
  /** For each byte the bit of its class, in one of two numbers. */
  readonly low = new Int32Array(256);
  readonly high = new Int32Array(256);
  readonly #words: number;
  readonly #owners: number[][] = [];
  readonly #kinds: number[] = [];
  readonly #lows = new Int32Array(kept);
  readonly #highs = new Int32Array(kept);
  readonly #known: (BytesSeen | undefined)[] = [];

  constructor(words: number, ownersOf: ReadonlyMap<string, readonly number[]>) {
    this.#words = words;
    const classes = new Map<string, number>();
    for (let byte = 0; byte < 256; byte++) {
      const char = String.fromCharCode(byte);
      const lower = byte >= 65 && byte <= 90 ? char.toLowerCase() : char;
      const owners = ownersOf.get(lower) ?? [];
      const kinds = kindOf[byte] as number;
      const key = `${kinds}:${owners.join()}`;
      // More classes than there are bits share them: then either byte stands for both.
      const index = classes.get(key) ?? classes.size % (2 * half);
      classes.set(key, index);
      this.#owners[index] = [...new Set([...(this.#owners[index] ?? []), ...owners])];
      this.#kinds[index] = (this.#kinds[index] ?? 0) | kinds;
      if (index < half) this.low[byte] = 1 << index;
      else this.high[byte] = 1 << (index - half);
    }
  }

  /** What a set of classes says. */
  seen(low: number, high: number): BytesSeen {
    const at = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> 22;
    const known = this.#known[at];
    if (known !== undefined && this.#lows[at] === low && this.#highs[at] === high) return known;
    const keep = allBits(this.#words, -1);
    let kinds = 0;
    for (const [index, owners] of this.#owners.entries()) {
      const bit = index < half ? low & (1 << index) : high & (1 << (index - half));
      if (bit === 0) continue;
      kinds |= this.#kinds[index] as number;
      for (const operator of owners) clearBit(keep, operator);
    }
    const seen = { keep, kinds };
    this.#lows[at] = low;
    this.#highs[at] = high;
    this.#known[at] = seen;
    return seen;
  }
}
