import type { AppError } from "@egide/std/error.ts";
import type { RawHeaders } from "#stream.ts";

/** One reader's way through a stored body. */
export interface Cursor {
  /**
   * Bytes from `offset`, never beyond `end`; borrowed until the next call. Null: not there yet, the
   * wake function will be called. Offsets of a cursor only grow.
   */
  next(offset: number, end: number): Uint8Array | null;
  /** Set where nothing more will come. */
  readonly error: AppError | null;
  close(): void;
}

/** Bytes of a stored response, wherever they lie, perhaps still on their way in. */
export interface StoredBody {
  /** Bytes of the whole body; -1 while that is not known. */
  readonly length: number;
  /** The whole body in one piece, where it is in memory and complete. */
  readonly whole: Uint8Array | null;
  /** Trailers of a response that is being relayed; stored responses have none. */
  readonly trailers: RawHeaders | null;
  /** What is kept elsewhere turned out to be wrong: not to be served again. */
  readonly isDamaged?: boolean;
  cursor(wake: () => void): Cursor;
  /** No longer stored: readers that are under way finish, none will follow. */
  dispose(): void;
}

export const EMPTY = new Uint8Array(0);

/** A complete body in memory. */
export class MemoryBody implements StoredBody {
  readonly whole: Uint8Array;
  readonly trailers = null;

  constructor(bytes: Uint8Array) {
    this.whole = bytes;
  }

  get length(): number {
    return this.whole.length;
  }

  dispose(): void {}

  cursor(): Cursor {
    const { whole } = this;
    return {
      error: null,
      next: (offset, end) => whole.subarray(offset, Math.min(end, whole.length)),
      close: () => {},
    };
  }
}
