/** What waits for its turn to send. */
export interface Waiting {
  /** 0 (first) to 7 (RFC 9218, section 4.1). */
  urgency: number;
  isWaiting: boolean;
}

const URGENCIES = 8;

/** Streams that have something to send, by urgency; those of the same urgency take turns. */
export class Turns<T extends Waiting> {
  readonly #lines: T[][] = Array.from({ length: URGENCIES }, () => []);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** To the end of its line, unless it stands in one already. */
  add(waiting: T): void {
    if (waiting.isWaiting) return;
    waiting.isWaiting = true;
    this.#size++;
    (this.#lines[waiting.urgency] as T[]).push(waiting);
  }

  /** Who is next, taken out; undefined where nobody waits. */
  next(): T | undefined {
    if (this.#size === 0) return undefined;
    for (const line of this.#lines) {
      const first = line.shift();
      if (first === undefined) continue;
      this.#size--;
      first.isWaiting = false;
      return first;
    }
    return undefined;
  }
}

/** Urgency of a `priority` field or PRIORITY_UPDATE (RFC 9218, section 4); 3 where it does not say. */
export function urgencyOf(value: string): number {
  for (let i = 0; i < value.length - 2; i++) {
    if (value.charCodeAt(i) !== 0x75 || value.charCodeAt(i + 1) !== 0x3d) continue;
    const before = i === 0 ? 0x2c : value.charCodeAt(i - 1);
    const digit = value.charCodeAt(i + 2) - 0x30;
    if (before !== 0x2c && before !== 0x20) continue;
    const after = i + 3 === value.length ? 0x2c : value.charCodeAt(i + 3);
    if (digit >= 0 && digit <= 7 && (after === 0x2c || after === 0x20 || after === 0x3b))
      return digit;
  }
  return 3;
}
