import { putBytes, writeUtf8 } from "#wire/latin1.ts";

/** One UTF-16 unit is at most three bytes of UTF-8. */
const WIDEST = 3;

/**
 * A piece of JSON that may come again in the next record. Bytes are made of it when it does: most
 * requests differ from the one before, and a buffer for each would cost more than it saves.
 */
export class Part {
  #text = "";
  #bytes: Buffer | null = null;
  #uses = 0;

  set(text: string): void {
    this.#text = text;
    this.#bytes = null;
    this.#uses = 0;
  }

  /** No fewer bytes than it takes. */
  get most(): number {
    return this.#bytes === null ? this.#text.length * WIDEST : this.#bytes.length;
  }

  /** Writes it at `at` and answers where it ends. */
  put(into: Buffer, at: number): number {
    if (this.#bytes !== null) return putBytes(into, this.#bytes, at);
    if (this.#uses++ > 0) {
      this.#bytes = Buffer.from(this.#text);
      return putBytes(into, this.#bytes, at);
    }
    return at + writeUtf8(into, this.#text, at);
  }
}
