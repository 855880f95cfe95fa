import type { Clock, Timer } from "@egide/std/clock.ts";
import { ALL_MEDIA_TAG, isMediaTag } from "#media/serve.ts";

/** Whoever posts is not kept waiting longer for an edge that does not answer. */
const WAIT_MS = 300;
/** Tags of one message: an edge takes a thousand. */
const TAGS_MOST = 1000;
/** How soon an edge that could not be told is told again. */
const AGAIN_MS = 5000;

/**
 * Tells the edge what to forget: one message at a time, with all that came up meanwhile, so that a
 * busy board does not send one for each post. An edge that could not be told has old pages for a
 * minute at most; files it would keep for a year, so those are said again until it has heard.
 */
export class Forgetting {
  readonly #send: (tags: readonly string[]) => Promise<boolean>;
  readonly #clock: Clock;
  readonly #waiting = new Set<string>();
  readonly #files = new Set<string>();
  #sending: Promise<void> | null = null;
  #again: Timer | null = null;

  /** `send` answers whether the edge heard. */
  constructor(send: (tags: readonly string[]) => Promise<boolean>, clock: Clock) {
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

  stop(): void {
    this.#again?.cancel();
  }

  async #run(): Promise<void> {
    // What comes up in this turn of the event loop goes with it.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const tags = [...this.#waiting].slice(0, TAGS_MOST);
      for (const tag of tags) this.#waiting.delete(tag);
      if (!(await this.#send(tags))) this.#keep(tags.filter(isMediaTag));
    }
    this.#sending = null;
  }

  #keep(tags: readonly string[]): void {
    for (const tag of tags) this.#files.add(tag);
    if (this.#files.size === 0) return;
    if (this.#files.size > TAGS_MOST) {
      this.#files.clear();
      this.#files.add(ALL_MEDIA_TAG);
    }
    this.#again ??= this.#clock.after(AGAIN_MS, () => {
      this.#again = null;
      const files = [...this.#files];
      this.#files.clear();
      this.forget(files);
    });
  }
}
