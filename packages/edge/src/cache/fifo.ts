/** What the queue needs to know of a thing it holds. Its fields belong to the queue. */
export interface Queued {
  /** Names the thing to the ghost queue. */
  readonly id: string;
  /** Bytes. May change only through `resize`. */
  weight: number;
  /** Hits since it was last looked at, up to 3. */
  visits: number;
  home: "none" | "small" | "main";
}

/**
 * S3-FIFO (Yang et al., SOSP 2023): new things enter a small queue and move on to the main one only
 * if they are asked for again; those that leave the small queue unasked are remembered for a while,
 * so that a second chance puts them straight into the main queue. A hit costs one increment.
 */
export class S3Fifo<T extends Queued> {
  readonly #small = new Set<T>();
  readonly #main = new Set<T>();
  readonly #ghost = new Set<string>();
  readonly #evicted: (item: T) => void;
  readonly #capacity: number;
  #smallBytes = 0;
  #mainBytes = 0;

  constructor(capacity: number, evicted: (item: T) => void) {
    this.#capacity = capacity;
    this.#evicted = evicted;
  }

  get bytes(): number {
    return this.#smallBytes + this.#mainBytes;
  }

  get size(): number {
    return this.#small.size + this.#main.size;
  }

  hit(item: T): void {
    if (item.visits < 3) item.visits++;
  }

  add(item: T): void {
    if (this.#ghost.delete(item.id)) this.#enterMain(item);
    else {
      item.home = "small";
      this.#small.add(item);
      this.#smallBytes += item.weight;
    }
    this.#shrink(item);
  }

  remove(item: T): void {
    if (item.home === "small" && this.#small.delete(item)) this.#smallBytes -= item.weight;
    else if (item.home === "main" && this.#main.delete(item)) this.#mainBytes -= item.weight;
    item.home = "none";
  }

  resize(item: T, weight: number): void {
    if (item.home === "small") this.#smallBytes += weight - item.weight;
    else if (item.home === "main") this.#mainBytes += weight - item.weight;
    item.weight = weight;
    this.#shrink(item);
  }

  #enterMain(item: T): void {
    item.home = "main";
    item.visits = 0;
    this.#main.add(item);
    this.#mainBytes += item.weight;
  }

  /** `latest` is looked at last: what has just come in is not what should go. */
  #shrink(latest: T): void {
    while (this.bytes > this.#capacity && this.size > 0) {
      const fromSmall = this.#smallBytes > this.#capacity / 10 || this.#main.size === 0;
      if (fromSmall) this.#evictSmall(latest);
      else this.#evictMain();
    }
  }

  #evictSmall(latest: T): void {
    for (const item of this.#small) {
      if (item === latest && this.size > 1) {
        if (this.#small.size > 1) continue;
        this.#evictMain();
        return;
      }
      this.remove(item);
      if (item.visits > 0) this.#enterMain(item);
      else {
        this.#remember(item.id);
        this.#evicted(item);
      }
      return;
    }
  }

  #evictMain(): void {
    for (const item of this.#main) {
      this.#main.delete(item);
      if (item.visits > 0) {
        item.visits--;
        this.#main.add(item);
        continue;
      }
      this.#mainBytes -= item.weight;
      item.home = "none";
      this.#evicted(item);
      return;
    }
  }

  /** As many ghosts as the main queue has things. */
  #remember(id: string): void {
    this.#ghost.add(id);
    if (this.#ghost.size <= Math.max(64, this.#main.size)) return;
    for (const oldest of this.#ghost) {
      this.#ghost.delete(oldest);
      return;
    }
  }
}
