/** What readers of a thread or a board are told, whichever process it happened in. */
export interface BoardEvent {
  readonly kind: "post" | "changed" | "removed" | "thread-removed";
  readonly board: string;
  readonly threadNo: number;
  readonly no: number;
  /** Hashes of files that went with it: caches have to let them go too. */
  readonly media?: readonly string[];
}

type Listener = (event: BoardEvent) => void;

/** Live events: published once what they tell is committed. */
export class Events {
  /** Of this process: what it announces to others it has told its own listeners already. */
  readonly id: string = crypto.randomUUID();
  readonly #listeners = new Map<string, Map<Listener, () => void>>();

  publish(event: BoardEvent): void {
    for (const key of [`${event.board}/${event.threadNo}`, `${event.board}/`, ""]) {
      for (const listener of this.#listeners.get(key)?.keys() ?? []) listener(event);
    }
  }

  /** Something was missed, nobody knows what: whoever follows has to look anew. */
  lose(): void {
    for (const listeners of this.#listeners.values()) {
      for (const onLoss of listeners.values()) onLoss();
    }
  }

  /**
   * Of one thread, of a board (`threadNo` null), or of everything (`board` null). `onLoss` is called
   * where events were missed. Returns the end.
   */
  subscribe(
    board: string | null,
    threadNo: number | null,
    listener: Listener,
    onLoss: () => void = nothing,
  ): () => void {
    const key = board === null ? "" : `${board}/${threadNo ?? ""}`;
    const listeners = this.#listeners.get(key) ?? new Map<Listener, () => void>();
    this.#listeners.set(key, listeners);
    listeners.set(listener, onLoss);
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

function nothing(): void {
  // Whoever does not say otherwise misses what it missed.
}
