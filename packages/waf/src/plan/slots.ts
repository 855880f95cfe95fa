import type { Regex } from "#regex/regex.ts";

/** The first slots are TX:0 to TX:9, what a match captured. */
export const captureSlots = 10;

export function isCapture(name: string): boolean {
  return /^\d$/.test(name);
}

/** Numbers the TX variables that the rules name, so that reading one is an array access. */
export class SlotNames {
  readonly names: string[] = [];
  readonly #slots = new Map<string, number>();
  readonly #matching = new WeakMap<Regex, readonly number[]>();

  constructor() {
    for (let i = 0; i < captureSlots; i++) this.slotOf(String(i));
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

  /** The slots whose name a selector's pattern picks, in order. */
  matching(regex: Regex): readonly number[] {
    let slots = this.#matching.get(regex);
    if (slots === undefined) {
      slots = this.names.flatMap((name, slot) => (regex.test(name) === true ? [slot] : []));
      this.#matching.set(regex, slots);
    }
    return slots;
  }

  /** The slot of a lower-case name; -1 where the rules don't name it. */
  find(lower: string): number {
    return this.#slots.get(lower) ?? -1;
  }
}
