import type { Clock } from "@egide/std/clock.ts";

/** Whoever posts is not kept waiting longer for an edge that does not answer. */
const WAIT_MS = 300;
/** Tags of one message: an edge takes a thousand. */
const TAGS_MOST = 1000;

/**
 * Tells the edge what to forget: one message at a time, with all that came up meanwhile, so that a
 * busy board does not send one for each post.
 */
export class Forgetting {
  readonly #send: (tags: readonly string[]) => Promise<void>;
  readonly #clock: Clock;
  readonly #waiting = new Set<string>();
  #sending: Promise<void> | null = null;

  /** `send` resolves whatever became of it. */
  constructor(send: (tags: readonly string[]) => Promise<void>, clock: Clock) {
    this.#send = send;
    this.#clock = clock;
  }

  forget(tags: readonly string[]): void {
    for (const tag of tags) this.#waiting.add(tag);
    this.#sending ??= this.#run();
  }

  /** Resolves once all that was told so far is forgotten, or after a moment. */
  async settled(): Promise<void> {
    if (this.#sending === null) return;
    const late = Promise.withResolvers<void>();
    const timer = this.#clock.after(WAIT_MS, late.resolve);
    await Promise.race([this.#sending, late.promise]);
    timer.cancel();
  }

  async #run(): Promise<void> {
    // What comes up in this turn of the event loop goes with it.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const tags = [...this.#waiting].slice(0, TAGS_MOST);
      for (const tag of tags) this.#waiting.delete(tag);
      await this.#send(tags);
    }
    this.#sending = null;
  }
}
