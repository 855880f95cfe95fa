import { AppError } from "@egide/std/error.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import type { ByteSink, ByteSource, RawHeaders } from "#stream.ts";
import { bodyPages } from "#wire/transport/native/pages.ts";
import { type Cursor, EMPTY, MemoryBody, type StoredBody } from "./body.ts";
import type { OpenSpool, Spool } from "./spool.ts";
import { Window } from "./window.ts";

export interface FillingOptions {
  readonly clock: Clock;
  /** Bytes of the body, -1 where the origin didn't say. */
  readonly length: number;
  readonly memoryBytes: number;
  readonly objectBytes: number;
  readonly openSpool: OpenSpool | null;
  /** All of it arrived and is kept as `body`. */
  readonly onComplete: (body: StoredBody) => void;
  /** It won't be kept: too large, cut short, or the disk refused. Readers are still served. */
  readonly onLost: (error: AppError | null) => void;
}

/** Bytes a relayed body may hold, or a spool may owe to the disk, before the origin is paused. */
const HELD = 1_048_576;
/** What may still come in for the store's sake alone, when its last reader has left. */
const FINISH = 1_048_576;
/** How long a reader may hold up the others of a body that can't be stored. */
const PATIENCE_MS = 5000;

const TOO_SLOW = new AppError({
  code: "cache.reader_too_slow",
  source: "client",
  retry: true,
  publicMessage: "The response was shared with others and read too slowly to be kept for you.",
});

const CUT_SHORT = new AppError({
  code: "cache.length_mismatch",
  source: "origin",
  retry: true,
  publicMessage: "The origin's response had another length than it announced.",
});

/**
 * A body on its way from the origin into the store, read by any number of visitors meanwhile, each at
 * its own pace. It lies in memory first, moves to a spool when it grows large, and where it can't be
 * kept at all it is relayed through a bounded window.
 */
export class FillingBody implements StoredBody, ByteSink {
  readonly #options: FillingOptions;
  readonly #readers = new Set<Reader>();
  #buffer: Uint8Array;
  #inMemory = 0;
  #received = 0;
  #spool: Spool | null = null;
  #window: Window | null = null;
  #source: ByteSource | null = null;
  #done: "no" | "ended" | "failed" = "no";
  #kept = true;
  #patience: Timer | null = null;
  failure: AppError | null = null;
  length: number;
  whole: Uint8Array | null = null;
  trailers: RawHeaders | null = null;

  constructor(options: FillingOptions) {
    this.#options = options;
    this.length = options.length;
    const known = options.length >= 0 && options.length <= options.memoryBytes;
    this.#buffer = known ? new Uint8Array(options.length) : EMPTY;
  }

  /** Once, when the first reader has its cursor. */
  start(source: ByteSource): void {
    this.#source = source;
    if (this.length > this.#options.memoryBytes) this.#toSpool();
    source.pipe(this);
  }

  /** Bytes that the origin still owes; -1 where it didn't say. */
  get missing(): number {
    return this.length < 0 ? -1 : this.length - this.#received;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Nobody wants it any more. */
  abandon(): void {
    if (this.#done !== "no") return;
    this.#source?.cancel();
    this.#finishFailed(CUT_SHORT);
  }

  data(chunk: Uint8Array): void {
    if (this.#done !== "no") return;
    this.#received += chunk.length;
    if (this.length >= 0 && this.#received > this.length) {
      this.#source?.cancel();
      this.#finishFailed(CUT_SHORT);
      return;
    }
    if (this.#window === null && this.#received > this.#options.objectBytes) this.#giveUp([]);
    if (this.#window !== null) {
      this.#window.push(chunk);
    } else if (this.#spool !== null) {
      this.#toDisk(this.#spool, chunk);
    } else if (this.#received <= this.#options.memoryBytes) {
      this.#toMemory(chunk);
    } else {
      this.#toSpool();
      // Opening may have failed, or the spool at once: then the window has taken over.
      const spool = this.#spool as Spool | null;
      const window = this.#window as Window | null;
      if (window !== null) window.push(chunk);
      else if (spool !== null) this.#toDisk(spool, chunk);
    }
    this.#wake();
    this.#relayPressure();
  }

  end(trailers: RawHeaders | null): void {
    if (this.#done !== "no") return;
    if (this.length >= 0 && this.#received !== this.length) {
      this.#finishFailed(CUT_SHORT);
      return;
    }
    this.#done = "ended";
    this.#patience?.cancel();
    this.length = this.#received;
    this.trailers = trailers;
    if (this.#kept) this.#keep();
    this.#wake();
  }

  fail(error: AppError): void {
    if (this.#done === "no") this.#finishFailed(error);
  }

  cursor(wake: () => void): Cursor {
    const reader = new Reader(this, wake);
    this.#readers.add(reader);
    return reader;
  }

  #keep(): void {
    const spool = this.#spool;
    if (spool !== null) {
      spool.finish((body) => {
        if (body === null) this.#lose(null);
        else this.#options.onComplete(body);
      });
      return;
    }
    const whole = settled(this.#buffer, this.#inMemory);
    this.#buffer = whole;
    this.whole = whole;
    this.#options.onComplete(new MemoryBody(whole));
  }

  #toMemory(chunk: Uint8Array): void {
    const need = this.#inMemory + chunk.length;
    if (need > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(4096, need, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#inMemory));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#inMemory);
    this.#inMemory = need;
  }

  #toDisk(spool: Spool, chunk: Uint8Array): void {
    spool.append(chunk);
    if (spool.pending > HELD) this.#source?.pause();
  }

  #toSpool(): void {
    const spool = this.#options.openSpool?.(this.length) ?? null;
    if (spool === null) {
      this.#giveUp([]);
      return;
    }
    this.#spool = spool;
    spool.onFlush = () => {
      if (spool.pending <= HELD / 2) this.#source?.resume();
      this.#wake();
    };
    spool.inUse = () => this.#readers.size > 0;
    spool.onError = (unwritten) => this.#giveUp(unwritten);
    if (this.#inMemory > 0) spool.append(this.#buffer.subarray(0, this.#inMemory));
  }

  /** From here on bytes are relayed, not kept. */
  #giveUp(unwritten: readonly Uint8Array[]): void {
    if (this.#window !== null) return;
    this.#window = new Window(this.#spool?.flushed ?? this.#inMemory);
    for (const chunk of unwritten) this.#window.push(chunk);
    this.#spool?.abandon();
    this.#lose(null);
    if (this.#readers.size === 0) {
      this.abandon();
      return;
    }
    this.#source?.resume();
    this.#wake();
  }

  #lose(error: AppError | null): void {
    if (!this.#kept) return;
    this.#kept = false;
    this.#options.onLost(error);
  }

  #finishFailed(error: AppError): void {
    this.#done = "failed";
    this.failure = error;
    this.#patience?.cancel();
    this.#spool?.abandon();
    this.#lose(error);
    this.#wake();
    this.#spool?.release();
  }

  #wake(): void {
    for (const reader of this.#readers) reader.wake();
  }

  /** Pauses the origin while the slowest reader of a relayed body is too far behind. */
  #relayPressure(): void {
    const window = this.#window;
    if (window === null || this.#done !== "no") return;
    let slowest = window.end;
    for (const reader of this.#readers) slowest = Math.min(slowest, reader.position);
    window.trim(slowest);
    if (window.end - slowest <= HELD) {
      this.#patience?.cancel();
      this.#patience = null;
      this.#source?.resume();
      return;
    }
    this.#source?.pause();
    // Alone, a slow reader harms nobody: that is plain back-pressure.
    if (this.#readers.size < 2 || this.#patience !== null) return;
    this.#patience = this.#options.clock.after(PATIENCE_MS, () => this.#dropSlowest());
  }

  #dropSlowest(): void {
    this.#patience = null;
    const window = this.#window;
    if (window === null || this.#done !== "no") return;
    for (const reader of this.#readers) {
      if (this.#readers.size < 2 || window.end - reader.position <= HELD) continue;
      this.#readers.delete(reader);
      reader.drop(TOO_SLOW);
    }
    this.#relayPressure();
  }

  /** For readers: bytes at `offset` that need no waiting. */
  peek(offset: number): Uint8Array | null {
    if (offset < this.#inMemory) return this.#buffer.subarray(offset, this.#inMemory);
    if (this.#window !== null) return offset >= this.#window.start ? this.#window.at(offset) : null;
    return this.#spool === null ? null : this.#spool.peek(offset);
  }

  /** For readers: the spool, where it holds `offset`. */
  spoolAt(offset: number): Spool | null {
    return this.#spool !== null && offset < this.#spool.flushed ? this.#spool : null;
  }

  dispose(): void {}

  moved(): void {
    this.#relayPressure();
  }

  left(reader: Reader): void {
    this.#readers.delete(reader);
    const unwanted = this.#readers.size === 0 && this.#done === "no";
    if (unwanted && (this.#window !== null || this.missing > FINISH)) this.abandon();
    else this.#relayPressure();
    if (this.#readers.size === 0) this.#spool?.release();
  }
}

const FILE_CHUNK = 65_536;

/** What is kept: in pages of its own where it is large, else without the slack of a buffer that grew. */
function settled(buffer: Uint8Array, length: number): Uint8Array {
  const pages = bodyPages(length);
  if (pages === null) return buffer.length === length ? buffer : buffer.slice(0, length);
  pages.set(buffer.subarray(0, length));
  return pages;
}

class Reader implements Cursor {
  readonly #body: FillingBody;
  readonly #wake: () => void;
  #file: Uint8Array | null = null;
  #ready = 0;
  #readyAt = -1;
  #reading = false;
  #broken: AppError | null = null;
  position = 0;

  constructor(body: FillingBody, wake: () => void) {
    this.#body = body;
    this.#wake = wake;
  }

  get error(): AppError | null {
    return this.#broken ?? this.#body.failure;
  }

  wake(): void {
    this.#wake();
  }

  drop(error: AppError): void {
    this.#broken = error;
    this.#wake();
  }

  next(offset: number, end: number): Uint8Array | null {
    if (offset !== this.position) {
      this.position = offset;
      this.#body.moved();
    }
    if (this.#broken !== null) return null;
    const bytes = this.#body.peek(offset) ?? this.#fromSpool(offset);
    if (bytes === null || bytes.length === 0) return null;
    return bytes.length > end - offset ? bytes.subarray(0, end - offset) : bytes;
  }

  #fromSpool(offset: number): Uint8Array | null {
    if (this.#readyAt === offset && this.#ready > 0) {
      return (this.#file as Uint8Array).subarray(0, this.#ready);
    }
    const spool = this.#body.spoolAt(offset);
    if (spool === null || this.#reading) return null;
    this.#file ??= new Uint8Array(FILE_CHUNK);
    this.#reading = true;
    spool.read(this.#file, offset, (bytes) => {
      this.#reading = false;
      this.#readyAt = offset;
      this.#ready = bytes;
      if (bytes <= 0) this.#broken = CUT_SHORT;
      this.#wake();
    });
    return null;
  }

  close(): void {
    this.#body.left(this);
  }
}
