import type { AppError } from "@egide/std/error.ts";
import type { RawHeaders } from "#stream.ts";
import { originError } from "#upstream/failure.ts";
import type { BodyTarget, RequestBody } from "#upstream/request-body.ts";
import type { Conn } from "#wire/conn.ts";

export interface SenderHost {
  requestSent(): void;
  requestFailed(error: AppError): void;
}

/** Sends request bodies on a connection, one after the other, in their framing (RFC 9112, 6 and 7). */
export class RequestSender implements BodyTarget {
  readonly #conn: Conn;
  readonly #host: SenderHost;
  /** The body that is not sent yet to its end. */
  #body: RequestBody | null = null;
  #waits = false;
  #chunked = false;
  #left = 0;

  constructor(conn: Conn, host: SenderHost) {
    this.#conn = conn;
    this.#host = host;
  }

  /** The request is sent to its last byte. */
  get isDone(): boolean {
    return this.#body === null;
  }

  /** The body is held back until the origin says 100 (Continue). */
  get waits(): boolean {
    return this.#waits;
  }

  /** `waits`: until `start`. */
  begin(body: RequestBody | null, waits: boolean): void {
    this.#body = body;
    this.#waits = waits && body !== null;
    if (body !== null && !waits) this.start();
  }

  start(): void {
    const body = this.#body;
    if (body === null) return;
    this.#waits = false;
    this.#chunked = body.length < 0;
    this.#left = body.length;
    body.sendTo(this);
  }

  drained(): void {
    this.#body?.drained();
  }

  /** The attempt is over; another may send the body again. */
  detach(): void {
    this.#body?.detach(this);
    this.#body = null;
  }

  /** Nobody wants the rest. */
  stop(): void {
    this.#body?.stop();
    this.#body = null;
  }

  bodyData(chunk: Uint8Array): boolean {
    const { length } = chunk;
    if (length === 0) return true;
    if (this.#chunked) {
      this.#conn.writeLatin1(`${length.toString(16)}\r\n`);
      this.#conn.write(chunk);
      return this.#conn.writeLatin1("\r\n");
    }
    if (length > this.#left) {
      // More than was announced would be read as the next request.
      this.#host.requestFailed(originError("origin.request_body_length"));
      return true;
    }
    this.#left -= length;
    return this.#conn.write(chunk);
  }

  bodyEnd(trailers: RawHeaders | null): void {
    this.#body = null;
    if (this.#chunked) this.#conn.writeLatin1(lastChunk(trailers));
    else if (this.#left > 0) {
      this.#host.requestFailed(originError("origin.request_body_length"));
      return;
    }
    this.#host.requestSent();
  }

  bodyFailed(error: AppError): void {
    this.#body = null;
    this.#host.requestFailed(error);
  }
}

function lastChunk(trailers: RawHeaders | null): string {
  let text = "0\r\n";
  if (trailers !== null) {
    for (let i = 0; i < trailers.length; i += 2) {
      text += `${trailers[i] as string}: ${trailers[i + 1] as string}\r\n`;
    }
  }
  return `${text}\r\n`;
}
