const ENTRIES = 512;
const LONGEST_KEY = 256;

/**
 * What was worked out before for texts that recur by the million in a few spellings, such as the
 * fields of browsers. Bounded: long keys are not kept, and a full table starts anew, so that nobody
 * can make it grow.
 */
export class Remember<V> {
  readonly #map = new Map<string, V>();

  get(key: string): V | undefined {
    return key.length > LONGEST_KEY ? undefined : this.#map.get(key);
  }

  set(key: string, value: V): void {
    if (key.length > LONGEST_KEY) return;
    if (this.#map.size >= ENTRIES) this.#map.clear();
    // A copy: a slice of a request's head would keep all of that head.
    this.#map.set(Buffer.from(key).toString(), value);
  }
}
