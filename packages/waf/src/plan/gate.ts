import { AhoCorasick, type Dense } from "#operator/aho-corasick.ts";
import type { Operator } from "#operator/operator.ts";
import { cutLength, cutLiterals } from "#regex/literals.ts";
import { kindOf, kindsOf } from "#transform/kinds.ts";

/** Literals that go on behind where the automaton's part of them ends. */
interface Check {
  readonly operator: number;
  readonly literals: readonly string[];
}

/** Literals compared in one text: past that their beginning is enough, so that no text can make work. */
const maxChecks = 2000;

/**
 * Tells in one pass over a string which operators can't match it, because none of the literals that
 * every match of theirs holds is there. The automaton knows the beginnings of the literals; the rest
 * is compared where a beginning is found. Operators without such literals always stay possible.
 */
export class Gate {
  readonly words: number;
  readonly #automaton: Dense | undefined;
  /** All gated operators, as misses: what a string without any literal has. */
  readonly #none: Bits;
  /** For a state of the automaton: the operators one of whose literals is complete there, inverted. */
  readonly #keep: (Bits | undefined)[] = [];
  readonly #checks: (Check[] | undefined)[] = [];
  /** For each state the number of the scan that last came by: what it says once it says again. */
  readonly #seen: Int32Array;
  #scan = 0;

  constructor(operators: readonly Operator[]) {
    this.words = (operators.length + 31) >> 5;
    this.#none = allBits(this.words, 0);
    const owners = new Map<string, Check[]>();
    for (const [index, { literals }] of operators.entries()) {
      if (literals === undefined) continue;
      setBit(this.#none, index);
      for (const [start, whole] of byBeginning(literals)) {
        const check = { operator: index, literals: whole };
        const known = owners.get(start);
        if (known === undefined) owners.set(start, [check]);
        else known.push(check);
      }
    }
    this.#seen = new Int32Array(0);
    if (owners.size === 0) return;
    const automaton = new AhoCorasick([...owners.keys()]);
    this.#automaton = automaton.dense;
    this.#seen = new Int32Array(automaton.stateCount);
    const lists = [...owners.values()];
    for (let state = 1; state < automaton.stateCount; state++) {
      for (const phrase of automaton.phrasesAt(state))
        for (const check of lists[phrase] as Check[]) this.#own(state, check);
    }
  }

  #own(state: number, check: Check): void {
    if (check.literals.length > 0) {
      (this.#checks[state] ??= []).push(check);
      return;
    }
    clearBit((this.#keep[state] ??= allBits(this.words, -1)), check.operator);
  }

  /** The kinds of bytes in the string that `missesOf` saw last. */
  lastKinds = 0;
  #left = 0;

  missesOf(value: string): Bits {
    // Without a table (no literals, or far too many) nothing is known of gated operators.
    if (this.#automaton === undefined) {
      this.lastKinds = kindsOf(value);
      return allBits(this.words, 0);
    }
    const { classes, table, shift, marked } = this.#automaton;
    const miss = this.#none.slice();
    const seen = this.#seen;
    this.#scan = (this.#scan + 1) | 0;
    if (this.#scan === 0) {
      // All numbers were used: old ones must not be taken for new ones.
      seen.fill(0);
      this.#scan = 1;
    }
    const scan = this.#scan;
    this.#left = maxChecks;
    let kinds = 0;
    let state = 0;
    for (let i = 0; i < value.length; i++) {
      const byte = value.charCodeAt(i) & 255;
      kinds |= kindOf[byte] as number;
      state = table[(state << shift) | (classes[byte] as number)] as number;
      if (marked[state] !== 1) continue;
      if (seen[state] !== scan) {
        seen[state] = scan;
        this.#keepAt(state, miss);
      }
      const checks = this.#checks[state];
      if (checks !== undefined) this.#check(checks, value, i, miss);
    }
    this.lastKinds = kinds;
    return miss;
  }

  #keepAt(state: number, miss: Bits): void {
    const keep = this.#keep[state];
    if (keep === undefined) return;
    for (let i = 0; i < miss.length; i++) miss[i] = (miss[i] as number) & (keep[i] as number);
  }

  #check(checks: readonly Check[], value: string, end: number, miss: Bits): void {
    for (const { operator, literals } of checks) {
      if (!hasBit(miss, operator)) continue;
      for (const literal of literals) {
        if (this.#left-- > 0 && !goesOn(value, end + 1, literal)) continue;
        clearBit(miss, operator);
        break;
      }
    }
  }
}

/**
 * The beginnings that the automaton looks for, each with the literals that go on behind it; none
 * where the beginning is a literal itself.
 */
function byBeginning(literals: readonly string[]): Map<string, string[]> {
  const known = new Set(literals);
  const whole = new Map<string, string[]>();
  for (const start of cutLiterals(literals)) whole.set(start, []);
  for (const literal of known)
    if (literal.length > cutLength) whole.get(literal.slice(0, cutLength))?.push(literal);
  for (const start of whole.keys()) if (known.has(start)) whole.set(start, []);
  return whole;
}

/** True where the rest of a literal (lower case) stands at a place. */
function goesOn(value: string, at: number, literal: string): boolean {
  for (let i = cutLength; i < literal.length; i++) {
    const byte = value.charCodeAt(at + i - cutLength);
    const folded = byte >= 65 && byte <= 90 ? byte + 32 : byte;
    if (folded !== literal.charCodeAt(i)) return false;
  }
  return true;
}

/** A set of operators: 32 to a number. Plain arrays are quicker to make than typed ones. */
export type Bits = number[];

export function allBits(words: number, value: 0 | -1): Bits {
  const bits: Bits = [];
  for (let i = 0; i < words; i++) bits.push(value);
  return bits;
}

export function setBit(bits: Bits, index: number): void {
  const word = index >> 5;
  bits[word] = (bits[word] as number) | (1 << (index & 31));
}

function clearBit(bits: Bits, index: number): void {
  const word = index >> 5;
  bits[word] = (bits[word] as number) & ~(1 << (index & 31));
}

export function hasBit(bits: Bits, index: number): boolean {
  return ((bits[index >> 5] as number) & (1 << (index & 31))) !== 0;
}
