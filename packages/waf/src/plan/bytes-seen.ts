import { allBits, type Bits, clearBit, setBit } from "#plan/bits.ts";
import { type ByteSet, bytesOf, hasByte } from "#regex/ast.ts";
import { kindOf } from "#transform/kinds.ts";

/** What the bytes of a value say, whatever their order. */
export interface BytesSeen {
  /** What can't match where no literal of two bytes or more is there. */
  readonly miss: Bits;
  /** What can't match whatever literals are there: bytes that it needs are not. */
  readonly lacking: Bits;
  /** The kinds of its bytes. */
  readonly kinds: number;
  /** The bytes' classes. */
  readonly low: number;
  readonly high: number;
}

/** What an operator needs: a byte of each of these sets. */
interface Need {
  readonly operator: number;
  /** The bits of a set's classes, in two numbers. */
  readonly low: number;
  readonly high: number;
}

/**
 * Bytes that are told apart: digits, letters and what is no ASCII only as such. Most values differ in
 * nothing else, and what was worked out for one is then known of all.
 */
const groups: readonly (readonly number[])[] = [
  range(48, 57),
  range(65, 90),
  range(97, 122),
  range(128, 255),
  ...Array.from({ length: 128 }, (_, byte) => [byte]).filter(
    ([byte]) => !/[0-9A-Za-z]/.test(String.fromCharCode(byte as number)),
  ),
];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function folded(byte: number): string {
  const char = String.fromCharCode(byte);
  return byte >= 65 && byte <= 90 ? char.toLowerCase() : char;
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
  readonly #gated: Bits;
  readonly #owners: number[][] = [];
  readonly #kinds: number[] = [];
  readonly #needs: readonly Need[];
  readonly #lows = new Int32Array(kept);
  readonly #highs = new Int32Array(kept);
  readonly #known: (BytesSeen | undefined)[] = [];

  /** `needsOf` an operator, by its number: sets of which a value holds a byte each, or can't match. */
  constructor(
    gated: Bits,
    ownersOf: ReadonlyMap<string, readonly number[]>,
    needsOf: readonly (readonly ByteSet[])[],
  ) {
    this.#gated = gated;
    const sets = [...new Map(needsOf.flat().map((set) => [set.join(), set])).values()];
    const classes = new Map<string, number>();
    for (const group of groups) {
      const owners = [...new Set(group.flatMap((byte) => ownersOf.get(folded(byte)) ?? []))];
      const kinds = group.reduce((all, byte) => all | (kindOf[byte] as number), 0);
      const told = sets.map((set) => (group.some((byte) => hasByte(set, byte)) ? 1 : 0)).join("");
      const key = `${kinds}:${owners.join()}:${told}`;
      // More classes than there are bits share them: then either byte stands for both.
      const index = classes.get(key) ?? classes.size % (2 * half);
      classes.set(key, index);
      this.#owners[index] = [...new Set([...(this.#owners[index] ?? []), ...owners])];
      this.#kinds[index] = (this.#kinds[index] ?? 0) | kinds;
      for (const byte of group) {
        if (index < half) this.low[byte] = 1 << index;
        else this.high[byte] = 1 << (index - half);
      }
    }
    this.#needs = needsOf.flatMap((needed, operator) =>
      needed.map((set) => ({ operator, ...this.of(String.fromCharCode(...bytesOf(set))) })),
    );
  }

  /** The classes of some bytes. */
  of(bytes: string): { low: number; high: number } {
    let low = 0;
    let high = 0;
    for (let i = 0; i < bytes.length; i++) {
      low |= this.low[bytes.charCodeAt(i)] as number;
      high |= this.high[bytes.charCodeAt(i)] as number;
    }
    return { low, high };
  }

  /** What a set of classes says. */
  seen(low: number, high: number): BytesSeen {
    const at = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> 22;
    const known = this.#known[at];
    if (known !== undefined && this.#lows[at] === low && this.#highs[at] === high) return known;
    const keep = allBits(this.#gated.length, -1);
    let kinds = 0;
    for (const [index, owners] of this.#owners.entries()) {
      const bit = index < half ? low & (1 << index) : high & (1 << (index - half));
      if (bit === 0) continue;
      kinds |= this.#kinds[index] as number;
      for (const operator of owners) clearBit(keep, operator);
    }
    const lacking = allBits(keep.length, 0);
    for (const need of this.#needs)
      if (((low & need.low) | (high & need.high)) === 0) setBit(lacking, need.operator);
    const miss = lacking.map(
      (word, index) => word | ((this.#gated[index] as number) & (keep[index] as number)),
    );
    const seen = { miss, lacking, kinds, low, high };
    this.#lows[at] = low;
    this.#highs[at] = high;
    this.#known[at] = seen;
    return seen;
  }
}
