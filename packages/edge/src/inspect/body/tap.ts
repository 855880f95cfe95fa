import type { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource, RawHeaders } from "#stream.ts";

/** Shows a body to somebody while it passes. */
export class Tap implements ByteSource, ByteSink {
  readonly #source: ByteSource;
  readonly #watcher: { seen(chunk: Uint8Array): void };
  #sink: ByteSink | null = null;

  constructor(source: ByteSource, watcher: { seen(chunk: Uint8Array): void }) {
    this.#source = source;
    this.#watcher = watcher;
  }

  pipe(sink: ByteSink): void {
    this.#sink = sink;
    this.#source.pipe(this);
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  cancel(): void {
    this.#source.cancel();
  }

  data(chunk: Uint8Array): void {
    this.#watcher.seen(chunk);
    this.#sink?.data(chunk);
  }

  end(trailers: RawHeaders | null): void {
    this.#sink?.end(trailers);
  }

  fail(error: AppError): void {
    this.#sink?.fail(error);
  }
}
