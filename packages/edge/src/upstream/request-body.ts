import type { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource, RawHeaders } from "#stream.ts";

/** A connection that takes a request's body. */
export interface BodyTarget {
  /** False: wait for `drained`. `chunk` is borrowed. */
  bodyData(chunk: Uint8Array): boolean;
  bodyEnd(trailers: RawHeaders | null): void;
  /** The visitor's body broke off. */
  bodyFailed(error: AppError): void;
}

/**
 * A request's body on its way to one origin after the other: the visitor's source is piped once, and
 * what was sent is kept, up to a bound, for an attempt that must begin again.
 */
export class RequestBody implements ByteSink {
  readonly length: number;
  readonly #source: ByteSource;
  #target: BodyTarget | null = null;
  /** What has been seen so far; null once it is too much to keep, or need not be kept. */
  #kept: Uint8Array[] | null;
  #room: number;
  #started = false;
  #ended = false;
  #trailers: RawHeaders | null = null;
  #failure: AppError | null = null;

  /** `keep`: bytes that may be kept for another attempt; 0 for requests that are never repeated. */
  constructor(source: ByteSource, length: number, keep: number) {
    this.#source = source;
    this.length = length;
    this.#room = keep;
    this.#kept = keep > 0 && length <= keep ? [] : null;
  }

  /** True where a new attempt can send the body from its start. */
  get isReplayable(): boolean {
    return !this.#started || this.#kept !== null;
  }

  /** Begins to send to `target`, from the start. */
  sendTo(target: BodyTarget): void {
    this.#target = target;
    if (!this.#started) {
      this.#started = true;
      this.#source.pipe(this);
      return;
    }
    let room = true;
    for (const chunk of this.#kept ?? []) {
      room = target.bodyData(chunk);
      if (this.#target !== target) return;
    }
    if (this.#failure !== null) target.bodyFailed(this.#failure);
    else if (this.#ended) target.bodyEnd(this.#trailers);
    else if (room) this.#source.resume();
  }

  /** The attempt is over; another may follow. */
  detach(target: BodyTarget): void {
    if (this.#target !== target) return;
    this.#target = null;
    if (this.#started && !this.#ended) this.#source.pause();
  }

  /** No attempt will follow any more. */
  forget(): void {
    this.#kept = null;
  }

  /** Nobody wants the rest. */
  stop(): void {
    this.#target = null;
    this.#kept = null;
    if (!this.#ended) this.#source.cancel();
    this.#ended = true;
  }

  drained(): void {
    if (this.#started && !this.#ended) this.#source.resume();
  }

  data(chunk: Uint8Array): void {
    if (this.#kept !== null) this.#keep(chunk);
    const target = this.#target;
    if (target !== null && !target.bodyData(chunk)) this.#source.pause();
  }

  end(trailers: RawHeaders | null): void {
    this.#ended = true;
    this.#trailers = trailers;
    this.#target?.bodyEnd(trailers);
  }

  fail(error: AppError): void {
    this.#ended = true;
    this.#failure = error;
    this.#target?.bodyFailed(error);
  }

  #keep(chunk: Uint8Array): void {
    this.#room -= chunk.length;
    if (this.#room < 0) this.#kept = null;
    else this.#kept?.push(new Uint8Array(chunk));
  }
}
