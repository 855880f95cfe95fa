import type { AppError } from "@egide/std/error.ts";
import type { ByteSink, Call, OriginRequest, RawHeaders, ResponseSink } from "#stream.ts";
import { originError } from "#upstream/failure.ts";
import { http2Error, ORIGIN_FAULTS } from "#upstream/h2/faults.ts";
import { CANCEL, NO_ERROR, REFUSED_STREAM } from "#wire/h2/constants.ts";
import { H2Stream, type StreamHost } from "#wire/h2/stream.ts";

/** Interim responses that one answer may have. */
const MAX_INFORMATIONAL = 32;

/** One request to an origin and its answer. */
export class ClientStream extends H2Stream implements Call {
  readonly #request: OriginRequest;
  /** Who hears the answer; null once it has, or the call was cancelled. */
  #sink: ResponseSink | null;
  #answered = false;
  #interim = 0;
  #uploading = false;
  #uploaded = 0;

  constructor(
    host: StreamHost,
    id: number,
    sendWindow: number,
    request: OriginRequest,
    sink: ResponseSink,
  ) {
    super(host, id, sendWindow);
    this.#request = request;
    this.#sink = sink;
  }

  get isAnswered(): boolean {
    return this.#answered;
  }

  /** @internal The head is out: the body follows. */
  upload(): void {
    const { body } = this.#request;
    if (body === null) {
      this.sendEnd(null);
      return;
    }
    this.#uploading = true;
    body.pipe({
      data: (chunk) => this.#send(chunk),
      end: (trailers) => this.#uploadEnds(trailers),
      fail: (error) => this.#uploadFails(error),
    } satisfies ByteSink);
  }

  /** @internal A response head; the final one starts the answer. */
  head(status: number, headers: RawHeaders, length: number, endStream: boolean): void {
    const sink = this.#sink;
    if (sink === null) return;
    if (status < 200) {
      if (endStream) this.host.malformed(this);
      else if (++this.#interim > MAX_INFORMATIONAL) {
        this.#refuse(originError("origin.too_many_informational"));
      } else sink.informational(status, headers);
      return;
    }
    const bodyless = status === 204 || status === 304 || this.#request.method === "HEAD";
    this.declared = bodyless ? 0 : length;
    if (endStream && this.declared > 0) {
      this.host.malformed(this);
      return;
    }
    this.#answered = true;
    this.#sink = null;
    const hasBody = !bodyless && !endStream;
    if (!hasBody) this.discard();
    if (endStream) this.receiveEnd(null);
    sink.response({
      status,
      reason: "",
      headers,
      bodyLength: length < 0 && endStream && !bodyless ? 0 : length,
      body: hasBody ? this : null,
      tunnel: null,
    });
  }

  /** @internal DATA may only follow the head of an answer. */
  override receive(bytes: Uint8Array, at: number, end: number): void {
    if (this.#answered) super.receive(bytes, at, end);
    else {
      this.host.credit(end - at);
      this.host.malformed(this);
    }
  }

  override receiveEnd(trailers: RawHeaders | null): void {
    if (this.#answered) super.receiveEnd(trailers);
    else this.host.malformed(this);
  }

  /** Of the call, or of the answer's body: either way nobody wants the rest. */
  override cancel(): void {
    this.#sink = null;
    super.cancel();
    if (this.isClosed || (this.remoteEnded && !this.#uploading)) return;
    this.#stopUpload();
    this.resetWith(CANCEL);
  }

  /** @internal The origin broke the stream off. */
  wasReset(code: number): void {
    if (code === NO_ERROR && this.remoteEnded) {
      // The answer is whole; the origin does not want the rest of the request (RFC 9113, 8.1).
      this.isClosed = true;
      this.#stopUpload();
    } else if (code === REFUSED_STREAM && !this.#answered) {
      this.fail(originError("origin.closed_early"));
    } else {
      this.fail(this.#answered ? ORIGIN_FAULTS.reset : http2Error("reset"));
    }
  }

  protected override drained(): void {
    this.#request.body?.resume();
  }

  override aborted(error: AppError): void {
    this.#stopUpload();
    const sink = this.#sink;
    this.#sink = null;
    sink?.fail(error === ORIGIN_FAULTS.lost ? originError("origin.closed_early") : error);
  }

  #send(chunk: Uint8Array): void {
    if (this.isClosed || !this.#uploading) return;
    this.#uploaded += chunk.length;
    const { bodyLength, body } = this.#request;
    if (bodyLength >= 0 && this.#uploaded > bodyLength) this.#wrongLength();
    else if (!this.sendBody(chunk)) body?.pause();
  }

  #uploadEnds(trailers: RawHeaders | null): void {
    if (this.isClosed || !this.#uploading) return;
    const { bodyLength } = this.#request;
    this.#uploading = false;
    if (bodyLength >= 0 && this.#uploaded !== bodyLength) this.#wrongLength();
    else this.sendEnd(trailers);
  }

  #uploadFails(error: AppError): void {
    if (!this.#uploading) return;
    this.#uploading = false;
    if (!this.isClosed) this.#refuse(error);
  }

  #wrongLength(): void {
    this.#stopUpload();
    this.#refuse(originError("origin.request_body_length"));
  }

  /** Ends the call for a reason that is not on the wire. */
  #refuse(error: AppError): void {
    if (this.isClosed) return;
    if (this.remoteEnded) this.resetWith(CANCEL);
    else {
      this.fail(error);
      this.host.reset(this, CANCEL);
    }
  }

  #stopUpload(): void {
    if (!this.#uploading) return;
    this.#uploading = false;
    this.#request.body?.cancel();
  }
}
