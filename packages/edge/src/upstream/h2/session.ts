import type { Clock } from "@egide/std/clock.ts";
import type { Call, Fetch, OriginRequest, ResponseSink } from "#stream.ts";
import { originError } from "#upstream/failure.ts";
import { ORIGIN_FAULTS } from "#upstream/h2/faults.ts";
import { RequestHead } from "#upstream/h2/request-head.ts";
import { ResponseFields } from "#upstream/h2/response-fields.ts";
import { ClientStream } from "#upstream/h2/stream.ts";
import type { Conn } from "#wire/conn.ts";
import {
  MAX_STREAM_ID,
  NO_ERROR,
  PREFACE,
  PROTOCOL_ERROR,
  STREAM_CLOSED,
} from "#wire/h2/constants.ts";
import { writeGoaway, writeHeaders } from "#wire/h2/frame-writer.ts";
import type { FieldSink } from "#wire/h2/hpack/decoder.ts";
import { output } from "#wire/h2/output.ts";
import { Session } from "#wire/h2/session.ts";
import {
  SETTING_ENABLE_PUSH,
  SETTING_MAX_HEADER_LIST_SIZE,
  SETTING_NO_RFC7540_PRIORITIES,
} from "#wire/h2/settings.ts";
import type { H2Stream } from "#wire/h2/stream.ts";
import { NOBODY, TrailerFields } from "#wire/h2/trailer-fields.ts";

export interface H2SessionOptions {
  readonly clock: Clock;
  /** Decoded size of a response's header list, and of its trailers. */
  readonly headerBytes: number;
  readonly trailerBytes: number;
  /** Streams at once, whatever the origin allows. */
  readonly streams: number;
  /** A stream ended, or the origin allows more: `available` may have grown. */
  readonly onAvailable: () => void;
  /** The connection is over; every call has been told. */
  readonly onClosed: () => void;
}

/** Streams at once before the origin has said how many it takes (RFC 9113, section 6.5.2, advises 100). */
const UNTOLD_STREAMS = 100;

/** Speaks HTTP/2 to an origin on `conn`, whose handler the session becomes. */
export function openH2Session(conn: Conn, options: H2SessionOptions): H2Session {
  const session = new H2Session(conn, options);
  conn.handler = session;
  return session;
}

/** The client's side of a connection (RFC 9113): many calls at once, trailers both ways, no push. */
export class H2Session extends Session<ClientStream> {
  readonly faults = ORIGIN_FAULTS;
  protected readonly isServer = false;
  protected readonly lastPeerId = 0;
  readonly #options: H2SessionOptions;
  readonly #response = new ResponseFields();
  #trailers: TrailerFields | null = null;
  #nextId = 1;
  #draining = false;

  constructor(conn: Conn, options: H2SessionOptions) {
    super(conn, { clock: options.clock, headerListBytes: options.headerBytes });
    this.#options = options;
    output.reserve(this, PREFACE.length);
    PREFACE.copy(output.buffer, output.at);
    output.at += PREFACE.length;
    this.open([
      SETTING_ENABLE_PUSH,
      0,
      SETTING_MAX_HEADER_LIST_SIZE,
      options.headerBytes,
      SETTING_NO_RFC7540_PRIORITIES,
      1,
    ]);
  }

  /** Calls under way. */
  get inFlight(): number {
    return this.streams.size;
  }

  /** Calls that may be begun now; 0 for ever once the session comes to its end. */
  get available(): number {
    if (this.#draining || this.isDead || this.#nextId > MAX_STREAM_ID) return 0;
    const allowed = this.settingsSeen ? this.peer.maxConcurrentStreams : UNTOLD_STREAMS;
    return Math.max(0, Math.min(allowed, this.#options.streams) - this.streams.size);
  }

  /** False: no call will be taken any more; ask for another session. */
  get isUsable(): boolean {
    return !this.#draining && !this.isDead && this.#nextId <= MAX_STREAM_ID;
  }

  readonly fetch: Fetch = (request, sink) => {
    if (this.available === 0) {
      sink.fail(originError("origin.closed_early"));
      return { cancel: () => {} };
    }
    return this.#begin(request, sink);
  };

  /** No further calls; the connection ends behind the last one. */
  shutdown(): void {
    if (this.isDead || this.#draining) return;
    this.#draining = true;
    writeGoaway(this, 0, NO_ERROR, "");
    this.#endWhenIdle();
  }

  #begin(request: OriginRequest, sink: ResponseSink): Call {
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new ClientStream(this, id, this.peer.initialWindow, request, sink);
    this.streams.set(id, stream);
    const head = new RequestHead(request);
    writeHeaders(this, this.encoder, stream, head, request.headers, 0, this.peer.maxFrame);
    stream.upload();
    return stream;
  }

  protected override isIdle(id: number): boolean {
    return (id & 1) === 0 || id >= this.#nextId;
  }

  protected override blockBegins(id: number, endStream: boolean): FieldSink | null {
    this.#trailers = null;
    const stream = this.streams.get(id);
    if (stream === undefined) {
      if (this.recentResets.has(id)) return NOBODY;
      this.breakOff(this.isIdle(id) ? PROTOCOL_ERROR : STREAM_CLOSED, "HEADERS without a request");
      return null;
    }
    if (stream.remoteEnded || (stream.isAnswered && !endStream)) {
      this.peerFault(stream, stream.remoteEnded ? STREAM_CLOSED : PROTOCOL_ERROR);
      return NOBODY;
    }
    if (stream.isAnswered) {
      this.#trailers = new TrailerFields(this.#options.trailerBytes);
      return this.#trailers;
    }
    this.#response.reset();
    return this.#response;
  }

  protected override blockEnds(id: number, endStream: boolean, overflow: boolean): void {
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    const trailers = this.#trailers;
    if (trailers !== null) {
      if (trailers.isMalformed || overflow) this.peerFault(stream, PROTOCOL_ERROR);
      else stream.receiveEnd(trailers.fields);
      return;
    }
    const response = this.#response;
    response.finish(overflow);
    if (response.isMalformed) this.peerFault(stream, PROTOCOL_ERROR);
    else stream.head(response.status, response.headers, response.length, endStream);
  }

  protected override streamReset(stream: ClientStream, code: number): void {
    stream.wasReset(code);
  }

  protected override countIn(): void {}

  /** RFC 9113, section 6.8: streams above `lastId` were not acted on and may be tried elsewhere. */
  protected override goawayReceived(lastId: number): void {
    this.#draining = true;
    for (const stream of this.streams.values()) {
      if (stream.id <= lastId) continue;
      this.streams.delete(stream.id);
      stream.fail(originError("origin.closed_early"));
    }
    this.#endWhenIdle();
  }

  protected override settingsChanged(): void {
    this.#options.onAvailable();
  }

  protected override pong(): void {}

  protected override streamGone(_stream: H2Stream): void {
    if (this.isDead) return;
    if (this.#draining) this.#endWhenIdle();
    else this.#options.onAvailable();
  }

  protected override broken(): void {}

  protected override over(): void {
    this.#options.onClosed();
  }

  #endWhenIdle(): void {
    if (this.streams.size > 0 || this.isDead) return;
    this.isDead = true;
    this.reader.stopped = true;
    output.flushOf(this);
    this.conn.end();
  }
}
