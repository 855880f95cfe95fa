import type { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource, RawHeaders } from "#stream.ts";

/** Hears how the first part of a body comes in. */
export interface BodyWatcher {
  /** `chunk` is borrowed. */
  seen(chunk: Uint8Array): void;
  /** The whole of it is there, or as much as is to be held (`isWhole` false). Called once. */
  held(isWhole: boolean): void;
  /** It broke off before that. */
  broke(error: AppError): void;
}

/**
 * Holds the first bytes of a body until somebody has judged them, and is then a source of the whole:
 * what was held first, the rest as it comes. Nothing is read from the inner source in between.
 */
export class HeldBody implements ByteSource, ByteSink {
  readonly #source: ByteSource;
  readonly #limit: number;
  readonly #watcher: BodyWatcher;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #next = 0;
  #trailers: RawHeaders | null = null;
  #error: AppError | null = null;
  /** What the inner source has come to. */
  #ended = false;
  #isHeld = false;
  #sink: ByteSink | null = null;
  #paused = false;
  #flowing = false;
  #done = false;

  constructor(source: ByteSource, limit: number, watcher: BodyWatcher) {
    this.#source = source;
    this.#limit = limit;
    this.#watcher = watcher;
  }

  begin(): void {
    this.#source.pipe(this);
  }

  data(chunk: Uint8Array): void {
    if (this.#done) return;
    const sink = this.#sink;
    if (sink !== null && this.#next === this.#chunks.length && !this.#paused) {
      sink.data(chunk);
      return;
    }
    // Held, or read before a pause was heard: kept for later.
    this.#chunks.push(new Uint8Array(chunk));
    if (this.#isHeld) return;
    this.#bytes += chunk.length;
    this.#watcher.seen(chunk);
    if (this.#done || this.#bytes <= this.#limit) return;
    this.#source.pause();
    this.#hold(false);
  }

  end(trailers: RawHeaders | null): void {
    if (this.#done) return;
    this.#ended = true;
    this.#trailers = trailers;
    if (!this.#isHeld) this.#hold(true);
    else if (this.#sink !== null) this.#flow();
  }

  fail(error: AppError): void {
    if (this.#done) return;
    this.#ended = true;
    this.#error = error;
    if (!this.#isHeld) {
      this.#done = true;
      this.#watcher.broke(error);
    } else if (this.#sink !== null) this.#flow();
  }

  pipe(sink: ByteSink): void {
    if (this.#sink !== null) throw new Error("a body is piped once");
    this.#sink = sink;
    this.#flow();
  }

  pause(): void {
    this.#paused = true;
    if (!this.#ended) this.#source.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#sink !== null) this.#flow();
  }

  cancel(): void {
    this.#leave();
    this.#source.cancel();
  }

  #hold(isWhole: boolean): void {
    this.#isHeld = true;
    this.#watcher.held(isWhole);
  }

  /** Gives on what is held, as long as it is taken; then lets the rest come. */
  #flow(): void {
    // A sink may pause and resume from inside: the loop below sees it.
    if (this.#flowing) return;
    this.#flowing = true;
    const sink = this.#sink as ByteSink;
    while (!this.#done && !this.#paused && this.#next < this.#chunks.length) {
      const chunk = this.#chunks[this.#next] as Uint8Array;
      this.#next++;
      sink.data(chunk);
    }
    this.#flowing = false;
    if (this.#done || this.#paused) return;
    this.#chunks.length = 0;
    this.#next = 0;
    if (!this.#ended) {
      this.#source.resume();
      return;
    }
    const error = this.#error;
    this.#leave();
    if (error === null) sink.end(this.#trailers);
    else sink.fail(error);
  }

  #leave(): void {
    this.#done = true;
    this.#chunks.length = 0;
    this.#next = 0;
  }
}
