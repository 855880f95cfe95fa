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
  /** No reader is left. */
  release(): void;
  onFlush: (() => void) | null;
  /** The disk refused: full, or broken. `pendingChunks` were not written. */
  onError: ((unwritten: readonly Uint8Array[]) => void) | null;
}

/** Opens a spool for a body of `length` bytes (-1: unknown); null where the disk may not be used. */
export type OpenSpool = (length: number) => Spool | null;
