/** Numbers the TX variables that the rules name, so that reading one is an array access. */
export class SlotNames {
  readonly names: string[] = [];
  readonly #slots = new Map<string, number>();

  constructor() {
    for (let i = 0; i < 10; i++) this.slotOf(String(i));
  }

  /** The slot of a name (case does not count), made where there is none. Only while loading. */
  slotOf(name: string): number {
    const lower = name.toLowerCase();
    let slot = this.#slots.get(lower);
    if (slot === undefined) {
      slot = this.names.length;
      this.names.push(name);
      this.#slots.set(lower, slot);
    }
    return slot;
  }

  /** The slot of a lower-case name; -1 where the rules don't name it. */
  find(lower: string): number {
    return this.#slots.get(lower) ?? -1;
  }
}
