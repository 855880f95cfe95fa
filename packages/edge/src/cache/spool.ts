import type { StoredBody } from "./body.ts";

/** A file that a large body is written to while visitors already read it. */
export interface Spool {
  /** Bytes taken but not yet on disk: the measure of back-pressure. */
  readonly pending: number;
  /** Bytes that may be read. */
  readonly flushed: number;
  /** Copies `chunk`. */
  append(chunk: Uint8Array): void;
  /** Reads into `into` at `offset`; -1 where that fails. Only below `flushed`. */
  read(into: Uint8Array, offset: number, done: (bytes: number) => void): void;
  /** All bytes were appended: gives the body its lasting name. Null where that fails. */
  finish(done: (body: StoredBody | null) => void): void;
  /** Drops the file. What was flushed stays readable until `release`. */
  abandon(): void;
  /** Bytes at `offset` that are still in memory, or null. */
  peek(offset: number): Uint8Array | null;
  /** A reader has left: closes the file if that was the last one and all is written. */
  release(): void;
  /** Whether anybody still reads. */
  inUse: () => boolean;
  onFlush: (() => void) | null;
  /** The disk refused: full, or broken. What was not written is handed back, in order. */
  onError: ((unwritten: readonly Uint8Array[]) => void) | null;
}

/** Opens a spool for a body of `length` bytes (-1: unknown); null where the disk may not be used. */
export type OpenSpool = (length: number) => Spool | null;
