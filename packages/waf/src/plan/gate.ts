import { AhoCorasick, type Dense } from "#operator/aho-corasick.ts";
import type { Operator } from "#operator/operator.ts";
import { cutLiterals } from "#regex/literals.ts";
import { kindOf, kindsOf } from "#transform/kinds.ts";

/**
 * Tells in one pass over a string which operators can't match it, because none of the literals that
 * every match of theirs holds is there. Operators without such literals always stay possible.
 */
export class Gate {
  readonly words: number;
  readonly #automaton: Dense | undefined;
  /** All gated operators, as misses: what a string without any literal has. */
  readonly #none: Bits;
  /** For a state of the automaton: the operators whose literal ends there, inverted. */
  readonly #keep: (Bits | undefined)[] = [];

  constructor(operators: readonly Operator[]) {
    this.words = (operators.length + 31) >> 5;
    this.#none = allBits(this.words, 0);
    const literals = new Map<string, number[]>();
    for (const [index, operator] of operators.entries()) {
      if (operator.literals === undefined) continue;
      setBit(this.#none, index);
      for (const literal of cutLiterals(operator.literals)) {
        const owners = literals.get(literal);
        if (owners === undefined) literals.set(literal, [index]);
        else owners.push(index);
      }
    }
    if (literals.size === 0) return;
    const phrases = [...literals.keys()];
    const automaton = new AhoCorasick(phrases);
    this.#automaton = automaton.dense;
    for (let state = 1; state < automaton.stateCount; state++) {
      const found = automaton.phrasesAt(state);
      if (found.length === 0) continue;
      const keep = allBits(this.words, -1);
      for (const phrase of found) {
        for (const owner of literals.get(phrases[phrase] as string) as number[])
          clearBit(keep, owner);
      }
      this.#keep[state] = keep;
    }
  }

  /** The kinds of bytes in the string that `missesOf` saw last. */
  lastKinds = 0;

  missesOf(value: string): Bits {
    // Without a table (no literals, or far too many) nothing is known of gated operators.
    if (this.#automaton === undefined) {
      this.lastKinds = kindsOf(value);
      return allBits(this.words, 0);
    }
    const { classes, table, shift, marked } = this.#automaton;
    const miss = this.#none.slice();
    let kinds = 0;
    let state = 0;
    for (let i = 0; i < value.length; i++) {
      const byte = value.charCodeAt(i) & 255;
      kinds |= kindOf[byte] as number;
      state = table[(state << shift) | (classes[byte] as number)] as number;
      if (marked[state] === 1) this.#keepAt(state, miss);
    }
    this.lastKinds = kinds;
    return miss;
  }

  #keepAt(state: number, miss: Bits): void {
    const keep = this.#keep[state] as Bits;
    for (let i = 0; i < miss.length; i++) miss[i] = (miss[i] as number) & (keep[i] as number);
  }
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
