/** Collects a body up to a limit, as a byte string. */
export class BodyBuffer {
  readonly #limit: number;
  readonly #parts: string[] = [];
  #length = 0;
  #full = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True where the limit is passed: nothing more is taken. */
  get full(): boolean {
    return this.#full;
  }

  /** False where a part had to be left out. */
  add(chunk: Uint8Array | string): boolean {
    if (chunk.length === 0) return true;
    const room = this.#limit - this.#length;
    const over = chunk.length > room;
    const taken = over ? chunk.slice(0, Math.max(0, room)) : chunk;
    if (taken.length > 0) {
      this.#parts.push(typeof taken === "string" ? taken : latin1(taken));
      this.#length += taken.length;
    }
    this.#full ||= over;
    return !over;
  }

  text(): string {
    return this.#parts.join("");
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
