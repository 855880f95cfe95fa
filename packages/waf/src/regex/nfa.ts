import { type ByteSet, emptySet, hasByte, type Node } from "#regex/ast.ts";
import { shorthand } from "#regex/classes.ts";

/** What an instruction does. */
export const TAKE = 0;
export const SPLIT = 1;
export const START = 2;
export const END = 3;
export const WORD = 4;
export const NOT_WORD = 5;
export const MATCH = 6;

/** A pattern as instructions (Thompson, "Regular Expression Search Algorithm", 1968). */
export interface Program {
  readonly ops: readonly number[];
  /** Where an instruction goes on. */
  readonly next: readonly number[];
  /** The other way of a SPLIT; the number of the set of a TAKE. */
  readonly other: readonly number[];
  readonly sets: readonly ByteSet[];
  readonly start: number;
  /** Byte → class: bytes of one class are in the same sets, and all or none of them in words. */
  readonly classOf: Uint8Array;
  /** For each class one of its bytes. */
  readonly sample: readonly number[];
  /** True where it asks for word boundaries. */
  readonly words: boolean;
  /** True where it asks for anything but bytes and the value's beginning. */
  readonly asks: boolean;
}

/** Counts are written out: past so many instructions a pattern is none of ours. */
const maxInstructions = 20_000;

/** Undefined for a pattern that grows too large, or that no automaton can run. */
export function makeProgram(node: Node): Program | undefined {
  try {
    return new Writer().run(node);
  } catch (error) {
    if (error === tooMuch) return undefined;
    throw error;
  }
}

const tooMuch = Symbol("too much");

/** Written from the end to the beginning: each part is told where it goes on. */
class Writer {
  readonly #ops: number[] = [];
  readonly #next: number[] = [];
  readonly #other: number[] = [];
  readonly #sets: ByteSet[] = [];
  readonly #known = new Map<string, number>();
  #words = false;

  run(node: Node): Program {
    const start = this.#write(node, this.#add(MATCH, 0, 0));
    const { classOf, sample } = classify(this.#sets, this.#words);
    return {
      ops: this.#ops,
      next: this.#next,
      other: this.#other,
      sets: this.#sets,
      start,
      classOf,
      sample,
      words: this.#words,
      asks: this.#words || this.#ops.includes(END),
    };
  }

  #add(op: number, next: number, other: number): number {
    if (this.#ops.length >= maxInstructions) throw tooMuch;
    this.#ops.push(op);
    this.#next.push(next);
    this.#other.push(other);
    return this.#ops.length - 1;
  }

  #write(node: Node, next: number): number {
    switch (node.kind) {
      case "set":
        return this.#add(TAKE, next, this.#set(node.set));
      case "empty":
        return next;
      case "cat":
        return node.parts.reduceRight((rest, part) => this.#write(part, rest), next);
      case "alt": {
        const [last, ...others] = node.parts.map((part) => this.#write(part, next)).toReversed();
        return others.reduce((rest, part) => this.#add(SPLIT, part, rest), last as number);
      }
      case "group":
        return this.#write(node.body, next);
      case "repeat":
        return this.#repeat(node, next);
      case "assert":
        return this.#assert(node.at, next);
      case "look":
      case "atomic":
      case "back":
        throw tooMuch;
    }
  }

  #assert(at: (Node & { kind: "assert" })["at"], next: number): number {
    switch (at) {
      case "start":
        return this.#add(START, next, 0);
      case "end":
        return this.#add(END, next, 0);
      case "endline": {
        const end = this.#add(END, next, 0);
        const newline = emptySet();
        newline[0] = 1 << 10;
        return this.#add(SPLIT, this.#add(TAKE, end, this.#set(newline)), end);
      }
      case "word":
      case "notword":
        this.#words = true;
        return this.#add(at === "word" ? WORD : NOT_WORD, next, 0);
    }
  }

  #repeat({ body, min, max }: Node & { kind: "repeat" }, next: number): number {
    let at = next;
    let copies = min;
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.#add(SPLIT, next, next);
      const first = this.#write(body, loop);
      this.#next[loop] = first;
      at = min === 0 ? loop : first;
      copies = Math.max(0, min - 1);
    } else {
      for (let i = min; i < max; i++) at = this.#add(SPLIT, this.#write(body, at), next);
    }
    for (let i = 0; i < copies; i++) at = this.#write(body, at);
    return at;
  }

  #set(set: ByteSet): number {
    const key = set.join();
    let number = this.#known.get(key);
    if (number === undefined) {
      number = this.#sets.length;
      this.#sets.push(set);
      this.#known.set(key, number);
    }
    return number;
  }
}

function classify(
  sets: readonly ByteSet[],
  words: boolean,
): { classOf: Uint8Array; sample: readonly number[] } {
  const classOf = new Uint8Array(256);
  const sample: number[] = [];
  const told = words ? [...sets, shorthand["w"] as ByteSet] : sets;
  const known = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    let key = "";
    for (const set of told) key += hasByte(set, byte) ? "1" : "0";
    let index = known.get(key);
    if (index === undefined) {
      index = sample.length;
      sample.push(byte);
      known.set(key, index);
    }
    classOf[byte] = index;
  }
  return { classOf, sample };
}
