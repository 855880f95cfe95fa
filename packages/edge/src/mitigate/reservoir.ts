/** A fair sample of bounded size of what passes by (Vitter's algorithm R). */
export class Reservoir<Item> {
  readonly #most: number;
  readonly #random: () => number;
  #items: Item[] = [];
  #seen = 0;

  constructor(most: number, random: () => number) {
    this.#most = most;
    this.#random = random;
  }

  get isEmpty(): boolean {
    return this.#seen === 0;
  }

  add(item: Item): void {
    this.#seen += 1;
    if (this.#items.length < this.#most) this.#items.push(item);
    else {
      const place = Math.floor(this.#random() * this.#seen);
      if (place < this.#most) this.#items[place] = item;
    }
  }

  /** The sample, and how many each of it stands for; begins anew. */
  take(): { readonly items: readonly Item[]; readonly weight: number } {
    const items = this.#items;
    const weight = items.length === 0 ? 0 : this.#seen / items.length;
    this.#items = [];
    this.#seen = 0;
    return { items, weight };
  }
}
