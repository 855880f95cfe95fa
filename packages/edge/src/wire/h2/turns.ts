/** What waits for its turn to send. */
export interface Waiting {
  /** 0 (first) to 7 (RFC 9218, section 4.1). */
  urgency: number;
  /** What comes in parts is of use in parts, so it takes turns; else one is sent whole, then the next. */
  incremental: boolean;
  readonly id: number;
  isWaiting: boolean;
}

const URGENCIES = 8;

/** Those of one urgency: `whole` in the order of their ids, of which the first is sent to its end. */
interface Line<T> {
  readonly turns: T[];
  readonly whole: T[];
  wasWhole: boolean;
}

/**
 * Streams that have something to send, by urgency (RFC 9218, section 10). Of the same urgency,
 * incremental ones take turns, the others go one after the other; the two kinds alternate.
 */
export class Turns<T extends Waiting> {
  readonly #lines: Line<T>[] = Array.from({ length: URGENCIES }, () => ({
    turns: [],
    whole: [],
    wasWhole: false,
  }));
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** To the end of its line, unless it stands in one already. */
  add(waiting: T): void {
    if (waiting.isWaiting) return;
    waiting.isWaiting = true;
    this.#size++;
    const line = this.#lines[waiting.urgency] as Line<T>;
    if (waiting.incremental) line.turns.push(waiting);
    else insert(line.whole, waiting);
  }

  /** Who is next, taken out; undefined where nobody waits. */
  next(): T | undefined {
    if (this.#size === 0) return undefined;
    for (const line of this.#lines) {
      const isWhole = line.whole.length > 0 && (line.turns.length === 0 || !line.wasWhole);
      const first = isWhole ? line.whole.shift() : line.turns.shift();
      if (first === undefined) continue;
      line.wasWhole = isWhole;
      this.#size--;
      first.isWaiting = false;
      return first;
    }
    return undefined;
  }
}

/** Before those that began later; the newest comes most often, so it is looked for from the end. */
function insert<T extends Waiting>(line: T[], waiting: T): void {
  let at = line.length;
  while (at > 0 && (line[at - 1] as T).id > waiting.id) at--;
  line.splice(at, 0, waiting);
}

/** Whether a `priority` field or PRIORITY_UPDATE says that parts are of use (RFC 9218, section 4.2). */
export function incrementalOf(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    if (value.charCodeAt(i) !== 0x69) continue;
    const before = i === 0 ? 0x2c : value.charCodeAt(i - 1);
    if (before !== 0x2c && before !== 0x20) continue;
    const after = i + 1 === value.length ? 0x2c : value.charCodeAt(i + 1);
    if (after === 0x2c || after === 0x20 || after === 0x3b) return true;
    if (after === 0x3d) return value.startsWith("=?1", i + 1);
  }
  return false;
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
