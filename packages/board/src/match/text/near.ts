import { fold } from "#match/text/fold.ts";
import { sample, shingles } from "#match/text/shingles.ts";

/** Shingles kept of one text: the share that a copy still holds is known to within three hundredths. */
const KEPT = 256;
/** Below this many shingles a text is only found again where all of it stands somewhere. */
const LEAST_SHINGLES = 24;
/** The share of a removed text's shingles that makes a copy of it. */
const COPY = 0.33;
/** Copies are looked for in so many letters; what comes after is beyond any post. */
const LONGEST = 65_536;

export interface NearText {
  /** The number that `add` was given. */
  readonly id: number;
  /** The share of the removed text that is found in this one, 0 to 1. */
  readonly share: number;
  /** Whether the removed text was so long that no ordinary post holds its share by chance. */
  readonly isLong: boolean;
}

/** What is kept of a text: its copies can be known by it, but nobody can read it. */
export function sketchOf(text: string): Uint32Array {
  return sample(shingles(fold(text).slice(0, LONGEST)), KEPT);
}

/**
 * Texts that were removed, to be known again when they come back edited or in the middle of others.
 * Measured is containment: the share of the removed text's shingles that the new text holds.
 */
export class NearTexts {
  readonly #byShingle = new Map<number, number[]>();
  readonly #texts = new Map<number, Uint32Array>();

  get size(): number {
    return this.#texts.size;
  }

  /** A text by its sketch; an id that is there takes the new one. Of an empty sketch no copy is known. */
  add(id: number, kept: Uint32Array): void {
    this.remove(id);
    if (kept.length === 0) return;
    this.#texts.set(id, kept);
    for (const hash of kept) {
      const ids = this.#byShingle.get(hash);
      if (ids === undefined) this.#byShingle.set(hash, [id]);
      else ids.push(id);
    }
  }

  remove(id: number): void {
    const kept = this.#texts.get(id);
    if (kept === undefined) return;
    this.#texts.delete(id);
    for (const hash of kept) {
      const ids = (this.#byShingle.get(hash) ?? []).filter((other) => other !== id);
      if (ids.length === 0) this.#byShingle.delete(hash);
      else this.#byShingle.set(hash, ids);
    }
  }

  /** The removed texts of which this one is a copy, the most like first. */
  near(text: string): readonly NearText[] {
    if (this.#texts.size === 0) return [];
    const found = new Map<number, number>();
    const all = new Set(shingles(fold(text).slice(0, LONGEST)));
    for (const hash of all) {
      for (const id of this.#byShingle.get(hash) ?? []) found.set(id, (found.get(id) ?? 0) + 1);
    }
    const out: NearText[] = [];
    for (const [id, count] of found) {
      const kept = (this.#texts.get(id) as Uint32Array).length;
      const share = count / kept;
      if (share >= (kept < LEAST_SHINGLES ? 1 : COPY)) {
        out.push({ id, share, isLong: kept === KEPT });
      }
    }
    return out.sort((a, b) => b.share - a.share);
  }
}
