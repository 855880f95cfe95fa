import type { Pair } from "#body/processor.ts";

/** Collects pairs up to a limit. */
export class PairList {
  readonly pairs: Pair[] = [];
  readonly #limit: number;
  #overflow = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False where the limit is passed. */
  add(name: string, value: string): boolean {
    if (this.pairs.length >= this.#limit) {
      this.#overflow = true;
      return false;
    }
    this.pairs.push({ name, value });
    return true;
  }

  /** Says that something was left out. */
  get overflow(): string | undefined {
    return this.#overflow ? `more than ${this.#limit} arguments` : undefined;
  }
}
