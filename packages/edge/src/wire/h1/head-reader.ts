import type { HeadFault } from "#wire/h1/fields.ts";
import { CR, LF } from "#wire/h1/chars.ts";

/** Where a head ends; `more` while it is not whole; a fault where it grew past its limit. */
export type HeadScan = "whole" | "more" | HeadFault;

/**
 * Finds message heads in a stream of chunks. A head that lies in one chunk is read in place; only one
 * that is split is put together in a buffer of its own.
 */
export class HeadReader {
  /** After `whole`: the bytes that hold the head, from `start` up to `end`, empty line included. */
  bytes: Uint8Array = EMPTY;
  start = 0;
  end = 0;
  /** After `whole`: where in the chunk last fed the rest of the stream begins. */
  rest = 0;
  #held: Buffer | null = null;
  #heldLength = 0;

  /** Bytes of an unfinished head. */
  get partial(): number {
    return this.#heldLength;
  }

  /** Hands over what holds the head that was read, and keeps no hold of it while the connection waits. */
  take(): Uint8Array {
    const { bytes } = this;
    this.bytes = EMPTY;
    return bytes;
  }

  reset(): void {
    this.#held = null;
    this.#heldLength = 0;
    this.bytes = EMPTY;
  }

  /** Feeds `chunk` from `at`. `limit` bounds the bytes of the head. */
  feed(chunk: Uint8Array, at: number, limit: number): HeadScan {
    if (this.#held === null) {
      const end = headEnd(chunk, at, chunk.length);
      if (end > 0) {
        if (end - at > limit) {
          this.#held = Buffer.from(chunk.subarray(at, end));
          this.#heldLength = end - at;
          return "head_too_large";
        }
        this.bytes = chunk;
        this.start = at;
        this.end = end;
        this.rest = end;
        return "whole";
      }
    }
    return this.#gather(chunk, at, limit);
  }

  #gather(chunk: Uint8Array, at: number, limit: number): HeadScan {
    const before = this.#heldLength;
    const take = Math.min(chunk.length - at, limit + 4 - before);
    const held = this.#room(before + take, limit);
    held.set(chunk.subarray(at, at + take), before);
    this.#heldLength = before + take;
    const from = Math.max(0, before - 3);
    const strict = headEnd(held, from, this.#heldLength);
    const end = strict === 0 ? laxEnd(held, from, this.#heldLength) : strict;
    if (end === 0) return this.#heldLength > limit ? "head_too_large" : "more";
    if (end > limit) return "head_too_large";
    this.bytes = held;
    this.start = 0;
    this.end = end;
    this.rest = at + (end - before);
    this.#held = null;
    this.#heldLength = 0;
    return "whole";
  }

  /** What was gathered of a head that will not be finished, for a refusal that shows what was read. */
  unfinished(): Uint8Array {
    return this.#held === null ? EMPTY : this.#held.subarray(0, this.#heldLength);
  }

  #room(needed: number, limit: number): Buffer {
    if (this.#held === null || this.#held.length < needed) {
      const size = Math.min(limit + 4, Math.max(512, needed * 2));
      const grown = Buffer.allocUnsafeSlow(Math.max(size, needed));
      if (this.#held !== null) grown.set(this.#held.subarray(0, this.#heldLength));
      this.#held = grown;
    }
    return this.#held;
  }
}

const EMPTY = new Uint8Array(0);
const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** Index behind the empty line that ends a head, or 0. */
function headEnd(bytes: Uint8Array, from: number, to: number): number {
  const found = (bytes as Buffer).indexOf(END_OF_HEAD, from);
  return found < 0 || found + 4 > to ? 0 : found + 4;
}

/**
 * The end that a laxer reader would see (LF LF, LF CR LF): such a head is handed on at once, so that
 * the parser refuses it instead of waiting for an end that never comes.
 */
function laxEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let i = from; i + 1 < to; i++) {
    if (bytes[i] !== LF) continue;
    if (bytes[i + 1] === LF) return i + 2;
    if (bytes[i + 1] === CR && i + 2 < to && bytes[i + 2] === LF) return i + 3;
  }
  return 0;
}
