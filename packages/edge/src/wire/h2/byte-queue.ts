const EMPTY = new Uint8Array(0);
const SMALLEST = 1024;

/**
 * Bytes waiting in order, in one piece that grows by doubling: a thousand frames of one byte cost a
 * thousand bytes. Holds nothing while it is empty.
 */
export class ByteQueue {
  #bytes = EMPTY;
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  push(bytes: Uint8Array, at: number, end: number): void {
    const more = end - at;
    if (this.#to + more > this.#bytes.length) this.#room(more);
    this.#bytes.set(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end), this.#to);
    this.#to += more;
  }

  /** The first `octets` (or fewer) as a view that is valid until the next `push` or `drop`. */
  peek(octets: number): Uint8Array {
    return this.#bytes.subarray(this.#from, Math.min(this.#to, this.#from + octets));
  }

  drop(octets: number): void {
    this.#from += octets;
    if (this.#from >= this.#to) this.clear();
  }

  clear(): void {
    this.#bytes = EMPTY;
    this.#from = 0;
    this.#to = 0;
  }

  #room(more: number): void {
    const length = this.length;
    const needed = length + more;
    // Move to the front where at least half is free: each byte is then moved once on the average.
    if (needed * 2 <= this.#bytes.length) {
      this.#bytes.copyWithin(0, this.#from, this.#to);
    } else {
      let capacity = Math.max(SMALLEST, this.#bytes.length);
      while (capacity < needed) capacity *= 2;
      const bytes = new Uint8Array(capacity);
      bytes.set(this.#bytes.subarray(this.#from, this.#to));
      this.#bytes = bytes;
    }
    this.#from = 0;
    this.#to = length;
  }
}
