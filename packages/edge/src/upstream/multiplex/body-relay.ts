import type { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource, RawHeaders } from "#stream.ts";
import type { BodyTarget, RequestBody } from "#upstream/request-body.ts";

/** A kept request body as the plain source that an HTTP/2 stream wants. */
export class BodyRelay implements ByteSource, BodyTarget {
  /** The body has been read to its end. */
  isDone = false;
  readonly #body: RequestBody;
  #sink: ByteSink | null = null;
  #isPaused = false;

  constructor(body: RequestBody) {
    this.#body = body;
  }

  /** A call that is made again pipes again: the body starts anew. */
  pipe(sink: ByteSink): void {
    this.#sink = sink;
    this.#isPaused = false;
    this.isDone = false;
    this.#body.sendTo(this);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#body.drained();
  }

  /** Another attempt may still want it: whoever knows that there is none stops it. */
  cancel(): void {
    this.#sink = null;
    this.#body.detach(this);
  }

  bodyData(chunk: Uint8Array): boolean {
    this.#sink?.data(chunk);
    return !this.#isPaused;
  }

  bodyEnd(trailers: RawHeaders | null): void {
    this.isDone = true;
    this.#sink?.end(trailers);
  }

  bodyFailed(error: AppError): void {
    this.isDone = true;
    this.#sink?.fail(error);
  }
}
