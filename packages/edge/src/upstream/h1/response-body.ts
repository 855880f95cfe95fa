import type { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource, RawHeaders } from "#stream.ts";

/** What a response body asks of the connection it comes from. */
export interface BodySourceHost {
  bodyWanted(body: ResponseBody): void;
  bodyPaused(body: ResponseBody, paused: boolean): void;
  bodyCancelled(body: ResponseBody): void;
}

/**
 * Body of one response. The connection it comes from lives on: an object of its own for each response
 * makes sure that a late `cancel` can't hit the request after it.
 */
export class ResponseBody implements ByteSource {
  isPiped = false;
  isPaused = false;
  /** @internal What came before anybody wanted it, as read, and whether the connection ended there. */
  held: Buffer | null = null;
  /** @internal */
  cut: "no" | "ended" | "lost" = "no";
  #host: BodySourceHost | null;
  #sink: ByteSink | null = null;

  constructor(host: BodySourceHost) {
    this.#host = host;
  }

  pipe(sink: ByteSink): void {
    if (this.isPiped) throw new Error("a body is piped once");
    this.isPiped = true;
    this.#sink = sink;
    this.#host?.bodyWanted(this);
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.#host?.bodyPaused(this, true);
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#host?.bodyPaused(this, false);
  }

  cancel(): void {
    this.#sink = null;
    const host = this.#host;
    this.#host = null;
    host?.bodyCancelled(this);
  }

  /** @internal For the connection, like all below. */
  hold(chunk: Uint8Array, from: number): void {
    const rest = Buffer.from(chunk.subarray(from));
    this.held = this.held === null ? rest : Buffer.concat([this.held, rest]);
  }

  deliver(chunk: Uint8Array): void {
    this.#sink?.data(chunk);
  }

  finish(trailers: RawHeaders | null): void {
    this.#host = null;
    const sink = this.#sink;
    this.#sink = null;
    sink?.end(trailers);
  }

  break(error: AppError): void {
    this.#host = null;
    const sink = this.#sink;
    this.#sink = null;
    sink?.fail(error);
  }
}
