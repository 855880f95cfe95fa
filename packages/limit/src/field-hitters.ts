import type { KeyHash } from "#key.ts";
import { type Heavy, SpaceSaving } from "#space-saving.ts";

/** Longest value that is noted: longer ones are cut, so that no request head is kept alive. */
const NOTED_CHARS = 256;

/** What one combination of fields has caught. */
export interface HeavyFields {
  /** Which fields, as their places in the list that `FieldHitters` was made with. */
  readonly fields: readonly number[];
  readonly total: number;
  readonly top: readonly Heavy[];
}

/**
 * Heavy hitters over combinations of a request's fields: which values, alone or together, make up
 * much of the traffic. Each field is hashed once a request; a combination is the hash of its fields'
 * hashes. Belongs to one thread.
 */
export class FieldHitters {
  readonly #hash: KeyHash;
  readonly #combinations: readonly (readonly number[])[];
  readonly #summaries: readonly SpaceSaving[];
  readonly #lo: Int32Array;
  readonly #hi: Int32Array;

  constructor(
    hash: KeyHash,
    fields: number,
    combinations: readonly (readonly number[])[],
    capacity: number,
  ) {
    this.#hash = hash;
    this.#combinations = combinations;
    this.#summaries = combinations.map(() => new SpaceSaving(capacity));
    this.#lo = new Int32Array(fields);
    this.#hi = new Int32Array(fields);
  }

  /** One request: `values` in the order of the fields, borrowed for the call. */
  add(values: readonly string[], amount: number): void {
    const hash = this.#hash;
    for (let field = 0; field < this.#lo.length; field++) {
      hash
        .begin()
        .text(values[field] as string)
        .finish();
      this.#lo[field] = hash.lo;
      this.#hi[field] = hash.hi;
    }
    for (let i = 0; i < this.#combinations.length; i++) {
      const fields = this.#combinations[i] as readonly number[];
      hash.begin();
      for (let j = 0; j < fields.length; j++) {
        const field = fields[j] as number;
        hash.word(this.#lo[field] as number).word(this.#hi[field] as number);
      }
      hash.finish();
      const { lo, hi } = hash;
      const summary = this.#summaries[i] as SpaceSaving;
      if (summary.add(lo, hi, amount)) {
        summary.note(lo, hi, noted(values, fields));
      }
    }
  }

  top(least = 0): HeavyFields[] {
    return this.#combinations.map((fields, i) => {
      const summary = this.#summaries[i] as SpaceSaving;
      return { fields, total: summary.total, top: summary.top(least) };
    });
  }

  age(factor: number): void {
    for (const summary of this.#summaries) summary.age(factor);
  }

  clear(): void {
    for (const summary of this.#summaries) summary.clear();
  }
}

/** Copies: a slice of a request's head would keep the whole head in memory. */
function noted(values: readonly string[], fields: readonly number[]): string[] {
  return fields.map((field) =>
    Buffer.from((values[field] as string).slice(0, NOTED_CHARS), "utf16le").toString("utf16le"),
  );
}
