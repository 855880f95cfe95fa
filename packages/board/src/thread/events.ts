/** What readers of a thread or a board are told, in this process. */
export interface BoardEvent {
  readonly kind: "post" | "changed" | "removed" | "thread-removed";
  readonly board: string;
  readonly threadNo: number;
  readonly no: number;
}

type Listener = (event: BoardEvent) => void;

/** Live events: published once what they tell is committed. */
export class Events {
  readonly #listeners = new Map<string, Set<Listener>>();

  publish(event: BoardEvent): void {
    for (const key of [`${event.board}/${event.threadNo}`, `${event.board}/`, ""]) {
      for (const listener of this.#listeners.get(key) ?? []) listener(event);
    }
  }

  /** Of one thread, of a board (`threadNo` null), or of everything (`board` null). Returns the end. */
  subscribe(board: string | null, threadNo: number | null, listener: Listener): () => void {
    const key = board === null ? "" : `${board}/${threadNo ?? ""}`;
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) {
        this.#listeners.delete(key);
      }
    };
  }

  /** Listeners that live: a leak check. */
  get size(): number {
    let size = 0;
    for (const listeners of this.#listeners.values()) size += listeners.size;
    return size;
  }
}
