/** One who waits. */
export interface Waiter {
  readonly key: string;
}

interface Flow<T> {
  readonly key: string;
  readonly items: T[];
  /** Neighbours in the ring of flows whose turn comes. */
  prev: Flow<T>;
  next: Flow<T>;
}

/**
 * Bounded queue that is fair between visitors: each key has a line of its own, and lines take turns
 * (round robin; Nagle, RFC 970). When it is full, who comes last of the longest line must go, as in
 * fair queueing with longest-queue drop (Suter et al. 1998): a visitor with a thousand requests
 * displaces his own, never somebody's only one.
 */
export class FairQueue<T extends Waiter> {
  readonly #capacity: number;
  readonly #flows = new Map<string, Flow<T>>();
  /** Lines by their length: index 1 holds those with one waiter. */
  readonly #byLength: Set<Flow<T>>[] = [];
  #turn: Flow<T> | null = null;
  #longest = 0;
  #size = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Takes `item` in. Answers who must go for it: null where there was room, `item` itself where its
   * own line is (one of) the longest.
   */
  push(item: T): T | null {
    if (this.#capacity === 0) return item;
    let dropped: T | null = null;
    if (this.#size >= this.#capacity) {
      const own = this.#flows.get(item.key)?.items.length ?? 0;
      if (own + 1 >= this.#longest) return item;
      dropped = this.#dropLast();
    }
    const flow = this.#flows.get(item.key) ?? this.#join(item.key);
    flow.items.push(item);
    this.#size++;
    this.#resized(flow, flow.items.length - 1);
    return dropped;
  }

  /** Who is next: the head of the line whose turn it is. */
  shift(): T | null {
    const flow = this.#turn;
    if (flow === null) return null;
    const item = flow.items.shift() as T;
    this.#turn = flow.next;
    this.#shrunk(flow);
    return item;
  }

  /** `item` does not wait any longer. False where it is not in the queue. */
  remove(item: T): boolean {
    const flow = this.#flows.get(item.key);
    const at = flow === undefined ? -1 : flow.items.indexOf(item);
    if (flow === undefined || at < 0) return false;
    flow.items.splice(at, 1);
    this.#shrunk(flow);
    return true;
  }

  #dropLast(): T {
    const [flow] = this.#byLength[this.#longest] as Set<Flow<T>>;
    const item = (flow as Flow<T>).items.pop() as T;
    this.#shrunk(flow as Flow<T>);
    return item;
  }

  #join(key: string): Flow<T> {
    const flow = { key, items: [] } as unknown as Flow<T>;
    const turn = this.#turn;
    if (turn === null) {
      flow.prev = flow;
      flow.next = flow;
      this.#turn = flow;
    } else {
      // Behind all who wait: just before the one whose turn it is.
      flow.prev = turn.prev;
      flow.next = turn;
      turn.prev.next = flow;
      turn.prev = flow;
    }
    this.#flows.set(key, flow);
    return flow;
  }

  #shrunk(flow: Flow<T>): void {
    this.#size--;
    const length = flow.items.length;
    this.#resized(flow, length + 1);
    if (length > 0) return;
    this.#flows.delete(flow.key);
    if (flow.next === flow) {
      this.#turn = null;
      return;
    }
    flow.prev.next = flow.next;
    flow.next.prev = flow.prev;
    if (this.#turn === flow) this.#turn = flow.next;
  }

  #resized(flow: Flow<T>, before: number): void {
    const now = flow.items.length;
    this.#byLength[before]?.delete(flow);
    if (now > 0) {
      const peers = (this.#byLength[now] ??= new Set());
      peers.add(flow);
    }
    if (now > this.#longest) this.#longest = now;
    else if (before === this.#longest && (this.#byLength[before]?.size ?? 0) === 0) {
      this.#longest = now;
    }
  }
}
