import type { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource, RawHeaders } from "#stream.ts";

/** What a request body asks of its connection. */
export interface BodyHost {
  /** Somebody wants the body: answer an expectation, feed what was held. */
  bodyWanted(): void;
  bodyPaused(paused: boolean): void;
}

/** The body of one HTTP/1 request as a source; its connection feeds it. */
export class H1Body implements ByteSource {
  /** Content-Length, or -1 where chunked. */
  readonly length: number;
  isPaused = false;
  /** All of it has been read off the connection. */
  isDone = false;
  #sink: ByteSink | null = null;
  #piped = false;
  readonly #host: BodyHost;

  constructor(host: BodyHost, length: number) {
    this.#host = host;
    this.length = length;
  }

  /** True once it may be read off the connection. */
  get isWanted(): boolean {
    return this.#piped && !this.isPaused;
  }

  get isPiped(): boolean {
    return this.#piped;
  }

  pipe(sink: ByteSink): void {
    if (this.#piped) throw new Error("a body is piped once");
    this.#piped = true;
    this.#sink = sink;
    this.#host.bodyWanted();
  }

  /** Reads it to nowhere, so that the connection can go on. */
  discard(): void {
    this.#sink = null;
    this.isPaused = false;
    if (this.#piped) this.#host.bodyPaused(false);
    else {
      this.#piped = true;
      this.#host.bodyWanted();
    }
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.#host.bodyPaused(true);
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#host.bodyPaused(false);
  }

  cancel(): void {
    this.#sink = null;
  }

  data(chunk: Uint8Array): void {
    this.#sink?.data(chunk);
  }

  end(trailers: RawHeaders | null): void {
    this.isDone = true;
    const sink = this.#sink;
    this.#sink = null;
    sink?.end(trailers);
  }

  fail(error: AppError): void {
    this.isDone = true;
    const sink = this.#sink;
    this.#sink = null;
    sink?.fail(error);
  }
}
