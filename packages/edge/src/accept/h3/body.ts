import { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource } from "#stream.ts";

/** What is used of a reader: the types of the web and of Node differ in the rest. */
interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/** A Request's body as a source. `limit` is in bytes, 0 for none. */
export class H3Body implements ByteSource {
  received = 0;
  readonly #reader: Reader;
  readonly #limit: number;
  #sink: ByteSink | null = null;
  #paused = false;
  #reading = false;

  constructor(stream: ReadableStream<Uint8Array>, limit: number) {
    this.#reader = stream.getReader();
    this.#limit = limit;
  }

  /** Waiting for the visitor's next bytes, rather than for us. */
  get isWaiting(): boolean {
    return this.#reading && this.#sink !== null;
  }

  pipe(sink: ByteSink): void {
    this.#sink = sink;
    this.#next();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#next();
  }

  cancel(): void {
    if (this.#sink === null && !this.#reading) this.#close();
    this.#sink = null;
  }

  /** The visitor is gone, or too slow. */
  break(error: AppError): void {
    const sink = this.#sink;
    this.#sink = null;
    sink?.fail(error);
    this.#close();
  }

  #next(): void {
    if (this.#reading || this.#paused || this.#sink === null) return;
    this.#reading = true;
    this.#reader.read().then(this.#took, this.#broke);
  }

  #close(): void {
    void this.#reader.cancel().then(ignore, ignore);
  }

  readonly #took = ({ done, value }: { done: boolean; value?: Uint8Array | undefined }): void => {
    this.#reading = false;
    const sink = this.#sink;
    if (sink === null) {
      if (!done) this.#close();
      return;
    }
    if (done) {
      this.#sink = null;
      sink.end(null);
      return;
    }
    if (value !== undefined) {
      this.received += value.length;
      if (this.#limit > 0 && this.received > this.#limit) return this.break(tooLarge());
      sink.data(value);
    }
    this.#next();
  };

  readonly #broke = (cause: unknown): void => {
    this.#reading = false;
    this.break(incomplete(cause));
  };
}

function tooLarge(): AppError {
  return new AppError({
    code: "http3.body_too_large",
    source: "client",
    retry: false,
    publicMessage: "The request body is larger than this site accepts.",
  });
}

/** For a visitor who went away in the middle of a request, or sent less than the least rate. */
export function incomplete(cause?: unknown): AppError {
  return new AppError({
    code: "http3.incomplete",
    source: "client",
    retry: false,
    publicMessage: "The connection ended in the middle of the request.",
    cause,
  });
}

function ignore(): void {}
