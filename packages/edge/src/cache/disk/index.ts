import { S3Fifo, type Queued } from "#cache/fifo.ts";

/** One record of this worker's share: what it takes on disk, and which body it needs. */
export interface Slot extends Queued {
  /** Name of the record. */
  readonly id: string;
  readonly hash: string;
}

/**
 * Which files a worker looks after: those it wrote, and after a start those in its share of the
 * folders. It bounds their bytes; what other workers wrote is theirs to bound.
 */
export class DiskIndex {
  readonly #fifo: S3Fifo<Slot>;
  readonly #slots = new Map<string, Slot>();
  /** Records that need a body file. */
  readonly #references = new Map<string, number>();
  readonly #drop: (record: string, body: string) => void;
  /** Records dropped while the scan runs: it may have read them just before. */
  #gone: Set<string> | null = new Set();

  /** `drop` unlinks a record, and a body where its name isn't "". */
  constructor(bytes: number, drop: (record: string, body: string) => void) {
    this.#drop = drop;
    this.#fifo = new S3Fifo<Slot>(bytes, (slot) => {
      this.#slots.delete(slot.id);
      this.#gone?.add(slot.id);
      this.#drop(slot.id, this.#release(slot.hash));
    });
  }

  get bytes(): number {
    return this.#fifo.bytes;
  }

  get files(): number {
    return this.#slots.size;
  }

  set(id: string, hash: string, weight: number): void {
    this.#gone?.delete(id);
    const known = this.#slots.get(id);
    if (known !== undefined) {
      this.#fifo.remove(known);
      this.#slots.delete(id);
      if (known.hash !== hash) {
        const orphan = this.#release(known.hash);
        if (orphan !== "") this.#drop("", orphan);
      } else this.#release(hash);
    }
    if (hash !== "") this.#references.set(hash, (this.#references.get(hash) ?? 0) + 1);
    const slot: Slot = { id, hash, weight, visits: known?.visits ?? 0, home: "none" };
    this.#slots.set(id, slot);
    this.#fifo.add(slot);
  }

  /** What the scan found: known or dropped meanwhile, it is left as it is. */
  adopt(id: string, hash: string, weight: number): void {
    if (!this.#slots.has(id) && this.#gone?.has(id) !== true) this.set(id, hash, weight);
  }

  /** The scan is over. */
  scanned(): void {
    this.#gone = null;
  }

  hit(id: string): void {
    const slot = this.#slots.get(id);
    if (slot !== undefined) this.#fifo.hit(slot);
  }

  /** The file is gone, or must go. */
  remove(id: string): void {
    const slot = this.#slots.get(id);
    let orphan = "";
    if (slot !== undefined) {
      this.#fifo.remove(slot);
      this.#slots.delete(id);
      orphan = this.#release(slot.hash);
    }
    this.#gone?.add(id);
    this.#drop(id, orphan);
  }

  needs(hash: string): boolean {
    return this.#references.has(hash);
  }

  /** The body's name if nobody needs it any more, else "". */
  #release(hash: string): string {
    if (hash === "") return "";
    const left = (this.#references.get(hash) ?? 0) - 1;
    if (left > 0) {
      this.#references.set(hash, left);
      return "";
    }
    this.#references.delete(hash);
    return hash;
  }
}
