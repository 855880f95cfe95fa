import type { AppError } from "@egide/std/error.ts";
import type { OriginResponse, RawHeaders, ResponseSink } from "#stream.ts";

/**
 * Hands on an answer to a request whose last answer forbade storing: nobody waits beside it, nothing
 * is judged, only told. After a while the next answer is judged again.
 */
export class Unkept implements ResponseSink {
  readonly #sink: ResponseSink;
  readonly #status: string;

  constructor(sink: ResponseSink, status: string) {
    this.#sink = sink;
    this.#status = status;
  }

  informational(status: number, headers: RawHeaders): void {
    this.#sink.informational(status, headers);
  }

  response(response: OriginResponse): void {
    response.headers.push("Cache-Status", this.#status);
    this.#sink.response(response);
  }

  fail(error: AppError): void {
    this.#sink.fail(error);
  }
}
