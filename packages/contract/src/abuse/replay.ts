import { AHEAD_MS, OLDEST_MS } from "#abuse/sealed.ts";

/**
 * Remembers which messages were taken. Kept where the effect of the message is kept, in the same
 * transaction: what was taken is known, what is not known was not taken.
 */
export interface SeenMessages {
  /** True the first time, false ever after (until `forgetBefore`). */
  take(id: string, at: number): Promise<boolean>;
  forgetBefore(at: number): Promise<void>;
}

/**
 * Ids have to be kept for as long as `openMessage` would still take a message of that age: one issued
 * `AHEAD_MS` in the future is taken for `OLDEST_MS` after that.
 */
export const REMEMBER_MS = OLDEST_MS + 2 * AHEAD_MS;

/** In memory, for a side that keeps nothing (tests, tools): bounded by time alone. */
export class SeenInMemory implements SeenMessages {
  readonly #seen = new Map<string, number>();

  async take(id: string, at: number): Promise<boolean> {
    if (this.#seen.has(id)) return false;
    this.#seen.set(id, at);
    return true;
  }

  async forgetBefore(at: number): Promise<void> {
    for (const [id, taken] of this.#seen) if (taken < at) this.#seen.delete(id);
  }
}
