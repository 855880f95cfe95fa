/** The last stream ids of a kind, in a ring of fixed size. */
export class RecentIds {
  #ids: Uint32Array | null = null;
  #next = 0;

  add(id: number): void {
    this.#ids ??= new Uint32Array(SLOTS);
    this.#ids[this.#next] = id;
    this.#next = (this.#next + 1) % SLOTS;
  }

  has(id: number): boolean {
    return this.#ids?.includes(id) ?? false;
  }
}

const SLOTS = 128;
