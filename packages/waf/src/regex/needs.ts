import { type ByteSet, hasByte, type Node, unite } from "#regex/ast.ts";

/** Sets kept of one pattern: the rarest say most. */
const mostSets = 4;

/**
 * Sets of bytes: every text that matches holds a byte of each. Letters are left to literals: sets that
 * hold some are in nearly every text. So case makes no difference.
 */
export function neededBytes(node: Node): readonly ByteSet[] {
  return rarestFirst(needsOf(node)).slice(0, mostSets);
}

const none: readonly ByteSet[] = [];

function needsOf(node: Node): readonly ByteSet[] {
  switch (node.kind) {
    case "set":
      return weightOf(node.set) > mostWeight ? none : [node.set];
    case "cat": {
      const all = new Set<ByteSet>();
      for (const part of node.parts) for (const set of needsOf(part)) all.add(set);
      return all.size === 0 ? none : [...all];
    }
    case "alt":
      return eitherOf(node.parts);
    case "group":
    case "atomic":
      return needsOf(node.body);
    case "repeat":
      return node.min === 0 ? none : needsOf(node.body);
    case "empty":
    case "assert":
    case "look":
    case "back":
      return none;
  }
}

/** One set for all ways together, of what each needs that is rarest. */
function eitherOf(ways: readonly Node[]): readonly ByteSet[] {
  const all: ByteSet = new Uint32Array(8);
  for (const way of ways) {
    const [rarest] = rarestFirst(needsOf(way));
    if (rarest === undefined) return none;
    unite(all, rarest);
  }
  return weightOf(all) > mostWeight ? none : [all];
}

function rarestFirst(sets: readonly ByteSet[]): readonly ByteSet[] {
  return sets.length < 2 ? sets : sets.toSorted((a, b) => weightOf(a) - weightOf(b));
}

/** Weight above which a set is no news. */
const mostWeight = 200;
/** Sets of single bytes are shared by all patterns. */
const knownWeights = new WeakMap<ByteSet, number>();

/** How likely ordinary text holds a byte of a set. */
function weightOf(set: ByteSet): number {
  let weight = knownWeights.get(set);
  if (weight === undefined) {
    weight = 0;
    for (let byte = 0; byte < 256; byte++) if (hasByte(set, byte)) weight += byteWeight(byte);
    knownWeights.set(set, weight);
  }
  return weight;
}

function byteWeight(byte: number): number {
  const lower = byte | 32;
  if (lower >= 97 && lower <= 122) return mostWeight + 1;
  if (byte === 32) return 15;
  if (byte >= 48 && byte <= 57) return 3;
  return byte < 128 ? 1 : 0.05;
}
