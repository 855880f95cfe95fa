import type { Operator } from "#operator/operator.ts";
import { allBits, type Bits, clearBit, hasBit, setBit } from "#plan/bits.ts";
import { ByteClasses, type BytesSeen } from "#plan/bytes-seen.ts";
import type { Stage } from "#plan/stage.ts";
import { type Candidate, folded, fourAt, Grams, threeMask } from "#plan/grams.ts";

/**
 * Bytes of literals compared in one text beyond its own length: past that a gram of a literal is
 * enough, so that no text can make work.
 */
const leastChecks = 4096;

/**
 * Tells in one pass over a string which operators can't match it, because none of the literals that
 * every match of theirs holds is there, or no byte of a set that it needs. Operators of which neither
 * is known always stay possible.
 */
export class Gate {
  readonly words: number;
  readonly #bytes: ByteClasses;
  readonly #grams: Grams;
  readonly #made: { readonly low: number; readonly high: number }[] = [];
  #scan = 0;
  /** Operators of which a literal of two bytes or more was found in the string that is looked at. */
  readonly #found: number[] = [];

  constructor(operators: readonly Operator[]) {
    this.words = (operators.length + 31) >> 5;
    const gated = allBits(this.words, 0);
    const owners = new Map<string, number[]>();
    for (const [index, { literals }] of operators.entries()) {
      if (literals === undefined) continue;
      setBit(gated, index);
      for (const literal of smallest(literals)) {
        const known = owners.get(literal);
        if (known === undefined) owners.set(literal, [index]);
        else known.push(index);
      }
    }
    const needs = operators.map((operator) => operator.needs ?? []);
    this.#bytes = new ByteClasses(gated, owners, needs);
    this.#grams = new Grams(owners);
    this.lastSeen = this.#bytes.seen(0, 0);
  }

  /** What bytes of these classes say. */
  seen(low: number, high: number): BytesSeen {
    return this.#bytes.seen(low, high);
  }

  /** The classes of the bytes that the last transformation of a chain may make. */
  classesOf({ index, made }: Stage): { readonly low: number; readonly high: number } {
    this.#made[index] ??= this.#bytes.of(made?.bytes ?? "");
    return this.#made[index];
  }

  /** The bytes of the string that `missesOf` saw last, and a hash of it without regard to case. */
  lastSeen: BytesSeen;
  lastHash = 0;
  #left = 0;

  /** Not to be changed: strings of the same bytes share it. */
  missesOf(value: string): Bits {
    const { low, high } = this.#bytes;
    const { classes, threes, fours } = this.#grams;
    const found = this.#found;
    found.length = 0;
    this.#scan++;
    this.#left = value.length + leastChecks;
    let lows = 0;
    let highs = 0;
    let gram = 0;
    let hash = 0;
    for (let i = 0; i < value.length; i++) {
      const byte = value.charCodeAt(i) & 255;
      lows |= low[byte] as number;
      highs |= high[byte] as number;
      gram = ((gram << 6) | (classes[byte] as number)) & 0xffffff;
      const three = gram & threeMask;
      if (((threes[three >> 5] as number) & (1 << (three & 31))) !== 0)
        this.#short(three, value, i);
      const four = fourAt(gram);
      hash = ((hash << 5) - hash + four) | 0;
      if (((fours[four >> 5] as number) & (1 << (four & 31))) !== 0)
        this.#check(this.#grams.quads(gram), value, i);
    }
    const seen = this.#bytes.seen(lows, highs);
    this.lastSeen = seen;
    this.lastHash = hash;
    if (found.length === 0) return seen.miss;
    const miss = seen.miss.slice();
    for (const operator of found) if (!hasBit(seen.lacking, operator)) clearBit(miss, operator);
    return miss;
  }

  #short(gram: number, value: string, end: number): void {
    this.#check(this.#grams.pairs(gram), value, end);
    this.#check(this.#grams.triples(gram), value, end);
  }

  #check(candidates: readonly Candidate[] | undefined, value: string, end: number): void {
    if (candidates === undefined) return;
    for (const candidate of candidates) {
      if (candidate.scan === this.#scan) continue;
      const { literal, back, owners } = candidate;
      if (this.#left > 0) {
        const same = sameBytes(value, end - back, literal);
        this.#left -= same;
        if (same < literal.length) continue;
      }
      candidate.scan = this.#scan;
      for (const operator of owners) this.#found.push(operator);
    }
  }
}

/** The literals without those that hold another: where they are, the other is. */
function smallest(literals: readonly string[]): readonly string[] {
  const sorted = [...new Set(literals)].sort((a, b) => a.length - b.length);
  const kept = new Set<string>();
  const sizes = new Set<number>();
  for (const literal of sorted) {
    if (holdsOne(literal, kept, sizes)) continue;
    kept.add(literal);
    // Looking for longer ones costs more than it saves.
    if (literal.length <= 3) sizes.add(literal.length);
  }
  return [...kept];
}

function holdsOne(text: string, kept: ReadonlySet<string>, sizes: ReadonlySet<number>): boolean {
  for (const size of sizes)
    for (let from = 0; from + size <= text.length; from++)
      if (kept.has(text.slice(from, from + size))) return true;
  return false;
}

/** How many bytes of a literal (lower case) stand at a place, whatever the case there. */
function sameBytes(value: string, at: number, literal: string): number {
  if (at < 0 || at + literal.length > value.length) return 0;
  let same = 0;
  while (same < literal.length && folded[value.charCodeAt(at + same)] === literal.charCodeAt(same))
    same++;
  return same;
}
