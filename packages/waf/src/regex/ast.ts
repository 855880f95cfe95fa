/** A set of bytes as eight 32-bit words; bit b of word w stands for byte 32w+b. */
export type ByteSet = Uint32Array;

/** A regular expression over bytes. Case-insensitivity and dot-all are already folded into the sets. */
export type Node =
  | { readonly kind: "set"; readonly set: ByteSet }
  | { readonly kind: "empty" }
  | { readonly kind: "cat"; readonly parts: readonly Node[] }
  | { readonly kind: "alt"; readonly parts: readonly Node[] }
  | {
      readonly kind: "repeat";
      readonly body: Node;
      readonly min: number;
      /** Infinity where unbounded. */
      readonly max: number;
      readonly mode: "greedy" | "lazy" | "possessive";
    }
  | { readonly kind: "group"; readonly body: Node; readonly index: number }
  | { readonly kind: "assert"; readonly at: "start" | "end" | "endline" | "word" | "notword" }
  | {
      readonly kind: "look";
      readonly body: Node;
      readonly ahead: boolean;
      readonly negated: boolean;
    }
  | { readonly kind: "atomic"; readonly body: Node }
  | { readonly kind: "back"; readonly index: number; readonly fold: boolean };

export function emptySet(): ByteSet {
  return new Uint32Array(8);
}

export function addRange(set: ByteSet, from: number, to: number): void {
  for (let byte = from; byte <= to; byte++) {
    const word = byte >> 5;
    set[word] = (set[word] as number) | (1 << (byte & 31));
  }
}

export function hasByte(set: ByteSet, byte: number): boolean {
  return ((set[byte >> 5] as number) & (1 << (byte & 31))) !== 0;
}

/** The set of one byte, or of both cases of a letter. Shared by all patterns: never to be changed. */
export function byteSet(byte: number, fold: boolean): ByteSet {
  const kept = fold ? foldedBytes : bytes;
  let set = kept[byte];
  if (set === undefined) {
    set = emptySet();
    addRange(set, byte, byte);
    if (fold) foldCase(set);
    kept[byte] = set;
  }
  return set;
}

const bytes: ByteSet[] = [];
const foldedBytes: ByteSet[] = [];

export function unite(into: ByteSet, from: ByteSet): void {
  for (let i = 0; i < 8; i++) into[i] = (into[i] as number) | (from[i] as number);
}

export function complement(set: ByteSet): ByteSet {
  return set.map((word) => ~word >>> 0);
}

export function intersects(a: ByteSet, b: ByteSet): boolean {
  for (let i = 0; i < 8; i++) if (((a[i] as number) & (b[i] as number)) !== 0) return true;
  return false;
}

export function bytesOf(set: ByteSet): number[] {
  const out: number[] = [];
  for (let word = 0; word < 8; word++) {
    for (let left = (set[word] as number) | 0; left !== 0; left &= left - 1)
      out.push((word << 5) + 31 - Math.clz32(left & -left));
  }
  return out;
}

/** Adds the other ASCII case of every letter in the set. */
export function foldCase(set: ByteSet): void {
  for (let upper = 65; upper <= 90; upper++) {
    if (hasByte(set, upper)) addRange(set, upper + 32, upper + 32);
    else if (hasByte(set, upper + 32)) addRange(set, upper, upper);
  }
}
