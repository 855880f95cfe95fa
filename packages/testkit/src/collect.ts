import type { OriginResponse, RawHeaders, ResponseSink } from "@egide/edge/stream.ts";
import type { AppError } from "@egide/std/error.ts";

/** Hears a response and writes down what it heard, in words that a test can compare. */
export class Collector implements ResponseSink {
  readonly informed: { status: number; headers: RawHeaders }[] = [];
  head: OriginResponse | null = null;
  body = "";
  chunks = 0;
  trailers: RawHeaders | null = null;
  /** Code of the failure instead of a response. */
  code: string | null = null;
  error: AppError | null = null;
  /** Code of the failure that broke the body off. */
  bodyCode: string | null = null;
  /** Heard all there is. */
  isDone = false;
  /** Something was heard after the end: always a mistake. */
  isLate = false;
  readonly done: Promise<void>;
  #resolve: () => void = () => {};
  readonly #pipe: boolean;

  /** `pipe`: read the body at once. */
  constructor(pipe = true) {
    this.#pipe = pipe;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  informational(status: number, headers: RawHeaders): void {
    this.#notLate();
    this.informed.push({ status, headers });
  }

  response(response: OriginResponse): void {
    this.#notLate();
    if (this.head !== null) this.isLate = true;
    this.head = response;
    if (response.body === null) this.#end();
    else if (this.#pipe) this.read();
  }

  fail(error: AppError): void {
    this.#notLate();
    this.error = error;
    this.code = error.code;
    this.#end();
  }

  /** Pipes the body. */
  read(): void {
    this.head?.body?.pipe({
      data: (chunk) => {
        this.#notLate();
        this.chunks++;
        this.body += Buffer.from(chunk).toString("latin1");
      },
      end: (trailers) => {
        this.#notLate();
        this.trailers = trailers;
        this.#end();
      },
      fail: (error) => {
        this.#notLate();
        this.error = error;
        this.bodyCode = error.code;
        this.#end();
      },
    });
  }

  #notLate(): void {
    if (this.isDone) this.isLate = true;
  }

  #end(): void {
    this.isDone = true;
    this.#resolve();
  }
}
