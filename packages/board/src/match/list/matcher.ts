import type { Signal } from "#match/list/entry.ts";
import { isPdq, wordsOf } from "#match/pdq/bits.ts";
import { LEAST_QUALITY } from "#match/pdq/hash.ts";
import { PdqIndex } from "#match/pdq/lookup.ts";

/** An entry as it is kept: a row of a list. */
export interface KnownHash {
  /** The row's number. */
  readonly id: number;
  readonly list: number;
  readonly signal: Signal;
  readonly value: string;
}

/** What is asked about: everything that `ingest` found out of a file. */
export interface Fingerprints {
  /** Of the file as it was sent, and as it is stored. */
  readonly md5: readonly string[];
  readonly sha256: readonly string[];
  readonly pdq: { readonly hash: string; readonly quality: number } | null;
}

export interface HashMatch {
  readonly known: KnownHash;
  /** Bits between the two; 0 for the very same. */
  readonly distance: number;
}

/** All lists of an instance in memory, for the question that each upload asks. */
export class HashMatcher {
  readonly #known = new Map<number, KnownHash>();
  readonly #exact = new Map<string, Set<number>>();
  readonly #pdq = new PdqIndex();

  get size(): number {
    return this.#known.size;
  }

  add(known: KnownHash): void {
    this.remove(known.id);
    this.#known.set(known.id, known);
    if (known.signal === "pdq") {
      if (isPdq(known.value)) this.#pdq.add(known.id, wordsOf(known.value));
      return;
    }
    const key = exactKey(known.signal, known.value);
    const ids = this.#exact.get(key);
    if (ids === undefined) this.#exact.set(key, new Set([known.id]));
    else ids.add(known.id);
  }

  remove(id: number): void {
    const known = this.#known.get(id);
    if (known === undefined) return;
    this.#known.delete(id);
    if (known.signal === "pdq") {
      this.#pdq.remove(id);
      return;
    }
    const key = exactKey(known.signal, known.value);
    const ids = this.#exact.get(key);
    ids?.delete(id);
    if (ids?.size === 0) this.#exact.delete(key);
  }

  /** The nearest first. A picture of low quality is compared by its bytes alone. */
  matches(prints: Fingerprints): readonly HashMatch[] {
    const out: HashMatch[] = [];
    for (const md5 of prints.md5) this.#lookUp(exactKey("md5", md5), out);
    for (const sha256 of prints.sha256) this.#lookUp(exactKey("sha256", sha256), out);
    if (prints.pdq !== null && prints.pdq.quality >= LEAST_QUALITY) {
      for (const { id, distance } of this.#pdq.near(wordsOf(prints.pdq.hash))) {
        out.push({ known: this.#known.get(id) as KnownHash, distance });
      }
    }
    return out;
  }

  #lookUp(key: string, out: HashMatch[]): void {
    for (const id of this.#exact.get(key) ?? []) {
      out.push({ known: this.#known.get(id) as KnownHash, distance: 0 });
    }
  }
}

function exactKey(signal: Signal, value: string): string {
  return `${signal} ${value}`;
}
