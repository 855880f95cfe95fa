import type { AppError } from "@egide/std/error.ts";
import { responseHead } from "#accept/h2/response-head.ts";
import type { ClientFacts, Exchange, KeptHead, Refusal, RequestHead } from "#exchange.ts";
import type { ByteSink, ByteSource, RawHeaders, Tunnel } from "#stream.ts";
import { CANCEL, INTERNAL_ERROR } from "#wire/h2/constants.ts";
import { H2Stream, type StreamHost } from "#wire/h2/stream.ts";

/** What an exchange asks of its connection. */
export interface ServerHost extends StreamHost {
  wallClock(): number;
  /** HEADERS with what `responseHead` holds and `headers`; answers its octets. */
  sendHead(stream: H2Exchange, headers: RawHeaders): number;
  dropConnection(): void;
}

/** What a stream is begun with. */
export interface Opening {
  readonly head: RequestHead;
  readonly client: ClientFacts;
  readonly refusal: Refusal | null;
  readonly malformed: boolean;
  /** Content-Length; -1 where it is not told; 0 where there is no body. */
  readonly length: number;
  readonly endStream: boolean;
  readonly expectsContinue: boolean;
  readonly octets: number;
}

/** One request on its stream, and the writing of its response (RFC 9113, section 8.1). */
export class H2Exchange extends H2Stream implements Exchange {
  readonly head: RequestHead;
  readonly client: ClientFacts;
  readonly refusal: Refusal | null;
  /** The stream is reset behind the answer (RFC 9113, section 8.1.1). */
  readonly isMalformed: boolean;
  readonly body: ByteSource | null;
  readonly bodyLength: number;
  readonly upgrade = null;
  onAbort: (() => void) | null = null;
  onDrain: (() => void) | null = null;
  bytesIn: number;
  /** Handed on lately, and not answered yet. Owned by the admission. */
  isFresh = false;
  declare protected readonly host: ServerHost;
  #expects: boolean;
  #started = false;
  #bodyless = false;
  /** Octets of body that were promised and are still to come, or -1. */
  #left = -1;
  #headBytes = 0;

  constructor(host: ServerHost, id: number, sendWindow: number, opening: Opening) {
    super(host, id, sendWindow);
    this.head = opening.head;
    this.client = opening.client;
    this.refusal = opening.refusal;
    this.isMalformed = opening.malformed;
    this.bytesIn = opening.octets;
    this.remoteEnded = opening.endStream;
    this.#expects = opening.expectsContinue;
    const hasBody = !opening.endStream && opening.refusal === null && opening.length !== 0;
    this.body = hasBody ? this : null;
    this.bodyLength = hasBody ? opening.length : 0;
    if (opening.refusal === null) this.declared = opening.length;
    if (!hasBody) this.discard();
  }

  get bytesOut(): number {
    return this.#headBytes + this.sent;
  }

  override pipe(sink: ByteSink): void {
    if (this.#expects && !this.#started && this.received === 0) this.informational(100, []);
    this.#expects = false;
    super.pipe(sink);
  }

  informational(status: number, headers: RawHeaders): void {
    if (this.#started || this.isClosed) return;
    responseHead.status = status;
    responseHead.length = -1;
    responseHead.now = -1;
    this.#headBytes += this.host.sendHead(this, headers);
  }

  start(status: number, _reason: string, headers: RawHeaders, length: number): void {
    if (this.#started || this.isClosed) return;
    this.#started = true;
    this.#bodyless = status === 204 || status === 304 || this.head.method === "HEAD";
    this.#left = this.#bodyless ? -1 : length;
    responseHead.status = status;
    responseHead.length = status === 204 || (status === 304 && length === 0) ? -1 : length;
    responseHead.now = this.host.wallClock();
    this.#headBytes += this.host.sendHead(this, headers);
  }

  startKept({ status, fields }: KeptHead, headers: RawHeaders, length: number): void {
    this.start(status, "", [...fields, ...headers], length);
  }

  write(chunk: Uint8Array): boolean {
    if (!this.#started || this.#bodyless || this.isClosed || this.localEnded) return true;
    if (this.#left >= 0) {
      this.#left -= chunk.length;
      // More than was promised is malformed, and no one could tell which part to believe.
      if (this.#left < 0) {
        this.abort();
        return true;
      }
    }
    return this.sendBody(chunk);
  }

  end(trailers: RawHeaders | null): void {
    if (!this.#started || this.isClosed || this.localEnded) return;
    if (this.#left > 0) {
      this.abort();
      return;
    }
    this.onAbort = null;
    this.sendEnd(this.#bodyless ? null : trailers);
  }

  abort(): void {
    this.onAbort = null;
    this.onDrain = null;
    this.resetWith(this.#started ? INTERNAL_ERROR : CANCEL);
  }

  drop(): void {
    this.onAbort = null;
    this.onDrain = null;
    this.host.dropConnection();
  }

  switchProtocols(): Tunnel {
    throw new Error("HTTP/2 has no 101 (RFC 9113, section 8.6)");
  }

  protected override drained(): void {
    this.onDrain?.();
  }

  override aborted(_error: AppError): void {
    this.onDrain = null;
    const abort = this.onAbort;
    this.onAbort = null;
    if (!this.localEnded) abort?.();
  }
}
