import type { ByteSink, ByteSource } from "#stream.ts";
import type { Cursor, StoredBody } from "./body.ts";

/** Bytes handed over at a time, so that a slow reader is noticed before it is given megabytes. */
const SLICE = 524_288;

/** Bytes as they are, or a stretch of the stored body; `to` is exclusive, -1 means to its end. */
export type Segment = Uint8Array | { readonly from: number; readonly to: number };

/** A small body that lies in memory: one chunk, nothing copied, nothing scheduled. */
export class WholeSource implements ByteSource {
  #bytes: Uint8Array | null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  pipe(sink: ByteSink): void {
    const bytes = this.#bytes;
    if (bytes === null) return;
    if (bytes.length > 0) sink.data(bytes);
    // The sink may have cancelled from inside of `data`.
    if (this.#bytes === null) return;
    this.#bytes = null;
    sink.end(null);
  }

  pause(): void {}
  resume(): void {}

  cancel(): void {
    this.#bytes = null;
  }
}

/** Reads a stored body, or parts of it, at the pace of one visitor. */
export class BodySource implements ByteSource {
  readonly #body: StoredBody;
  readonly #segments: readonly Segment[];
  readonly #onClose: () => void;
  #sink: ByteSink | null = null;
  #cursor: Cursor | null = null;
  #index = 0;
  #offset: number;
  #paused = false;
  #pumping = false;
  #closed = false;

  constructor(body: StoredBody, segments: readonly Segment[], onClose: () => void = () => {}) {
    this.#body = body;
    this.#segments = segments;
    this.#onClose = onClose;
    this.#offset = this.#startOf(0);
    // The cursor is taken at once: what isn't read yet must not be dropped meanwhile.
    this.#cursor = body.cursor(() => this.#pump());
  }

  pipe(sink: ByteSink): void {
    if (this.#closed || this.#sink !== null) return;
    this.#sink = sink;
    this.#pump();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  cancel(): void {
    this.#close();
  }

  #startOf(index: number): number {
    const segment = this.#segments[index];
    return segment === undefined || segment instanceof Uint8Array ? 0 : segment.from;
  }

  #pump(): void {
    if (this.#pumping || this.#sink === null) return;
    this.#pumping = true;
    while (!this.#paused && !this.#closed && this.#step());
    this.#pumping = false;
  }

  /** Hands over one piece; false where there is nothing to do but wait. */
  #step(): boolean {
    const sink = this.#sink as ByteSink;
    const segment = this.#segments[this.#index];
    if (segment === undefined) {
      this.#close();
      sink.end(this.#body.trailers);
      return false;
    }
    if (segment instanceof Uint8Array) {
      this.#advance();
      sink.data(segment);
      return true;
    }
    const end = segment.to >= 0 ? segment.to : this.#body.length;
    if (end >= 0 && this.#offset >= end) {
      this.#advance();
      return true;
    }
    const cursor = this.#cursor as Cursor;
    const limit = this.#offset + SLICE;
    const chunk = cursor.next(this.#offset, end < 0 ? limit : Math.min(limit, end));
    if (chunk !== null) {
      this.#offset += chunk.length;
      sink.data(chunk);
      return true;
    }
    const { error } = cursor;
    if (error === null) return false;
    this.#close();
    sink.fail(error);
    return false;
  }

  #advance(): void {
    this.#index++;
    this.#offset = this.#startOf(this.#index);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cursor?.close();
    this.#cursor = null;
    this.#onClose();
  }
}
