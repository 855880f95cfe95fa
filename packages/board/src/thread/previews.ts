import type { Thread, ThreadPreview } from "#thread/model.ts";

/**
 * Previews of threads by the thread's version, the least recently used ones let go. Another process
 * that changes a thread raises its version in the database: what is kept here can't be old.
 */
export class Previews {
  readonly #kept = new Map<string, ThreadPreview>();
  readonly #most: number;

  constructor(most = 5000) {
    this.#most = most;
  }

  get(thread: Thread): ThreadPreview | null {
    const key = `${thread.board}/${thread.no}`;
    const known = this.#kept.get(key);
    if (known === undefined || known.thread.version !== thread.version) return null;
    this.#kept.delete(key);
    this.#kept.set(key, known);
    return known;
  }

  set(preview: ThreadPreview): void {
    const key = `${preview.thread.board}/${preview.thread.no}`;
    this.#kept.delete(key);
    this.#kept.set(key, preview);
    if (this.#kept.size <= this.#most) return;
    const [oldest] = this.#kept.keys();
    this.#kept.delete(oldest as string);
  }
}
