import type { Limits } from "@egide/contract/policy/limits.ts";
import type { Clock } from "@egide/std/clock.ts";
import { Admission, type AdmissionHost } from "#accept/h2/admission.ts";
import { H2Exchange, type ServerHost } from "#accept/h2/exchange.ts";
import { Http2Fingerprint } from "#accept/h2/fingerprint.ts";
import { isMalformed, refusalFor } from "#accept/h2/faults.ts";
import { RequestFields } from "#accept/h2/request-fields.ts";
import { responseHead } from "#accept/h2/response-head.ts";
import { ServerDeadlines } from "#accept/h2/deadlines.ts";
import type { Sweep, Watched } from "#accept/sweep.ts";
import type { ExchangeHandler } from "#exchange.ts";
import type { RawHeaders } from "#stream.ts";
import type { Conn, Endpoint, TlsFacts } from "#wire/conn.ts";
import {
  CANCEL,
  MAX_FRAME,
  MAX_STREAM_ID,
  NO_ERROR,
  PING,
  PREFACE,
  PROTOCOL_ERROR,
  REFUSED_STREAM,
  RST_STREAM,
  STREAM_CLOSED,
} from "#wire/h2/constants.ts";
import { CLIENT_FAULTS } from "#wire/h2/faults.ts";
import { writeGoaway, writeHeaders, writeSmall } from "#wire/h2/frame-writer.ts";
import type { FieldSink } from "#wire/h2/hpack/decoder.ts";
import { output } from "#wire/h2/output.ts";
import { Session } from "#wire/h2/session.ts";
import {
  SETTING_MAX_CONCURRENT_STREAMS,
  SETTING_MAX_HEADER_LIST_SIZE,
  SETTING_NO_RFC7540_PRIORITIES,
} from "#wire/h2/settings.ts";
import type { H2Stream } from "#wire/h2/stream.ts";
import { NOBODY, TrailerFields } from "#wire/h2/trailer-fields.ts";

export interface H2Options {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly sweep: Sweep;
  readonly secure: boolean;
  /** Serial number of the connection. */
  readonly connection: number;
  readonly onExchange: ExchangeHandler;
  readonly onClosed: () => void;
  /** The peer broke the protocol or was too loud, and the connection ends: for the log. */
  readonly onFault?: (code: number, detail: string) => void;
}

/**
 * Speaks HTTP/2 to a visitor (RFC 9113), by ALPN or prior knowledge: our preface leaves at once, and
 * `onData` is given everything from the first octet of the client's preface on.
 */
export class H2Server extends Session<H2Exchange> implements ServerHost, AdmissionHost, Watched {
  readonly faults = CLIENT_FAULTS;
  protected readonly isServer = true;
  protected lastPeerId = 0;
  readonly #options: H2Options;
  readonly #deadlines: ServerDeadlines;
  readonly #request: RequestFields;
  readonly #remote: Endpoint;
  readonly #local: Endpoint;
  readonly #tls: TlsFacts | null;
  #trailers: TrailerFields | null = null;
  /** Octets of the preface seen. */
  #prefaced = 0;
  #requests = 0;
  readonly #admission = new Admission(this);
  /** How the connection was opened: being read until the first request, then text. */
  #opening: Http2Fingerprint | null = new Http2Fingerprint();
  #fingerprint = "";
  /** Set by `shutdown`: new streams are refused once the final GOAWAY is out. */
  #leaving: "no" | "announced" | "final" = "no";

  constructor(conn: Conn, options: H2Options) {
    const { limits } = options;
    super(conn, { clock: options.clock, headerListBytes: limits.headerBytes });
    this.#options = options;
    this.#request = new RequestFields(limits);
    this.#deadlines = new ServerDeadlines(limits, options.clock.monotonic());
    this.#remote = conn.remote;
    this.#local = conn.local;
    this.#tls = conn.tls;
    options.sweep.add(this);
    this.open([
      SETTING_MAX_CONCURRENT_STREAMS,
      limits.streams,
      SETTING_MAX_HEADER_LIST_SIZE,
      limits.headerBytes,
      SETTING_NO_RFC7540_PRIORITIES,
      1,
    ]);
  }

  /** No new requests: those that run are answered, then the connection ends (RFC 9113, 6.8). */
  shutdown(): void {
    if (this.isDead || this.#leaving !== "no") return;
    if (this.streams.size === 0) {
      this.#leave();
      return;
    }
    this.#leaving = "announced";
    writeGoaway(this, MAX_STREAM_ID, NO_ERROR, "");
    // Requests on their way are still taken; the answer to this tells that there are none.
    output.reserve(this, 17);
    output.head(8, PING, 0, 0);
    output.u32(0);
    output.u32(0);
  }

  override onData(chunk: Uint8Array): void {
    if (this.#prefaced === PREFACE.length) {
      super.onData(chunk);
      return;
    }
    const take = Math.min(PREFACE.length - this.#prefaced, chunk.length);
    for (let i = 0; i < take; i++) {
      if (chunk[i] !== PREFACE[this.#prefaced + i]) {
        this.breakOff(PROTOCOL_ERROR, "the connection preface is wrong");
        return;
      }
    }
    this.#prefaced += take;
    if (chunk.length > take) super.onData(chunk.subarray(take));
    else this.endTurn();
  }

  check(now: number): void {
    const { conn } = this;
    this.#admission.sweep();
    switch (this.#deadlines.judge(now, this)) {
      case "idle":
        this.shutdown();
        break;
      case "head":
        this.breakOff(NO_ERROR, "too slow");
        break;
      case "stuck":
        conn.abort();
        break;
      case null:
        if (this.#leaving === "announced") this.#leave();
        break;
    }
  }

  abandon(): void {
    this.conn.abort();
  }

  /** For the deadlines: part of a frame or of a header block is here, or of the preface. */
  get isReading(): boolean {
    return this.reader.partial || this.blocks.id !== 0 || !this.settingsSeen;
  }

  get requests(): number {
    return this.#requests;
  }

  bringsTooSlowly(stream: H2Stream): void {
    stream.stopInput(this.faults.tooSlow);
  }

  takesTooSlowly(stream: H2Stream): void {
    stream.fail(this.faults.tooSlow);
    this.reset(stream, CANCEL);
  }

  wallClock(): number {
    return this.#options.clock.now();
  }

  sendHead(stream: H2Exchange, headers: RawHeaders): number {
    if (this.isDead) return 0;
    if (stream.isFresh) this.#admission.answered(stream);
    const { maxFrame } = this.peer;
    return writeHeaders(this, this.encoder, stream, responseHead, headers, 0, maxFrame);
  }

  dropConnection(): void {
    this.lose();
    this.conn.abort();
  }

  override sendEnd(stream: H2Exchange, trailers: RawHeaders | null): void {
    if (stream.isMalformed) {
      // RFC 9113, section 8.1.1: the answer may come first, but the stream ends in an error.
      stream.remoteEnded = true;
      this.recentResets.add(stream.id);
      writeSmall(this, RST_STREAM, 0, stream.id, PROTOCOL_ERROR);
      this.spendReset();
      return;
    }
    super.sendEnd(stream, trailers);
    if (!stream.remoteEnded) stream.stopInput(this.faults.over);
  }

  override frame(
    type: number,
    flags: number,
    id: number,
    bytes: Buffer,
    at: number,
    end: number,
  ): void {
    if (this.#opening?.isOpen === true) this.#opening.frame(type, flags, id, bytes, at, end);
    super.frame(type, flags, id, bytes, at, end);
  }

  protected override isIdle(id: number): boolean {
    return (id & 1) === 0 || id > this.lastPeerId;
  }

  protected override blockBegins(id: number, endStream: boolean): FieldSink | null {
    this.#trailers = null;
    const stream = this.streams.get(id);
    if (stream !== undefined) return this.#trailersBegin(stream, endStream);
    if ((id & 1) === 0) this.breakOff(PROTOCOL_ERROR, "a client's streams have odd numbers");
    else if (id > this.lastPeerId) {
      this.lastPeerId = id;
      this.#request.reset();
      this.#requests++;
      this.chatter.earn(4);
      return this.#request;
    } else if (this.recentResets.has(id)) {
      return NOBODY;
    } else {
      // Ids that were skipped are closed too (RFC 9113, section 5.1.1), but were never used.
      const used = this.#requests * 2 - 1 === this.lastPeerId;
      this.breakOff(used ? STREAM_CLOSED : PROTOCOL_ERROR, "HEADERS on a closed stream");
    }
    return null;
  }

  #trailersBegin(stream: H2Exchange, endStream: boolean): FieldSink {
    if (stream.remoteEnded) {
      this.peerFault(stream, STREAM_CLOSED);
      return NOBODY;
    }
    if (!endStream) {
      this.peerFault(stream, PROTOCOL_ERROR);
      return NOBODY;
    }
    this.#trailers = new TrailerFields(this.#options.limits.trailerBytes);
    return this.#trailers;
  }

  protected override blockEnds(id: number, endStream: boolean, overflow: boolean): void {
    const trailers = this.#trailers;
    if (trailers !== null) {
      const stream = this.streams.get(id);
      if (stream === undefined) return;
      if (trailers.isMalformed || overflow) this.peerFault(stream, PROTOCOL_ERROR);
      else stream.receiveEnd(trailers.fields);
      return;
    }
    // A block that went to nobody has nothing to begin.
    if (id !== this.lastPeerId || this.streams.has(id) || this.recentResets.has(id)) return;
    if (this.#leaving === "final" || this.streams.size >= this.#options.limits.streams) {
      this.refuseStream(id, REFUSED_STREAM);
      return;
    }
    this.#begin(id, endStream, overflow);
  }

  #begin(id: number, endStream: boolean, overflow: boolean): void {
    const { secure, connection, limits } = this.#options;
    const request = this.#request;
    request.finish(overflow, endStream, secure);
    if (this.#opening !== null) {
      this.#fingerprint = this.#opening.text(request.order);
      this.#opening = null;
    }
    const { fault } = request;
    const stream = new H2Exchange(this, id, this.peer.initialWindow, {
      head: {
        method: request.method,
        target: request.path,
        version: 20,
        scheme: secure ? "https" : "http",
        authority: request.authority,
        headers: request.headers,
      },
      client: {
        remote: this.#remote,
        local: this.#local,
        tls: this.#tls,
        connection,
        request: this.#requests,
        http2: this.#fingerprint,
      },
      refusal: fault === null ? null : refusalFor(fault),
      malformed: fault !== null && isMalformed(fault),
      length: endStream ? 0 : request.length,
      endStream,
      expectsContinue: request.expectsContinue,
      octets: this.blocks.octets,
    });
    stream.urgency = request.urgency;
    stream.incremental = request.incremental;
    this.streams.set(id, stream);
    if (this.#requests >= limits.requestsPerConnection) this.shutdown();
    this.#admission.add(stream);
  }

  /** Requests are handed on once all that came with them is read: one that is reset by then never is. */
  protected override endTurn(): void {
    this.#admission.turnEnds();
    super.endTurn();
  }

  /** For the admission. */
  handOn(stream: H2Exchange): void {
    this.#options.onExchange(stream);
  }

  get isNarrow(): boolean {
    return this.sendWindow <= 0 || this.peer.initialWindow < MAX_FRAME;
  }

  isBlocked(stream: H2Exchange): boolean {
    if (stream.unsent === 0 || this.conn.pending > 0) return false;
    return this.sendWindow <= 0 || stream.sendWindow <= 0;
  }

  protected override countIn(stream: H2Exchange, octets: number): void {
    const { bodyBytes } = this.#options.limits;
    stream.bytesIn += octets;
    if (bodyBytes > 0 && stream.received + octets > bodyBytes && !stream.discards) {
      stream.stopInput(this.faults.tooLarge);
    }
    // An answered request whose body goes on: the peer has had time to hear of it.
    if (stream.localEnded && stream.recvWindow < MAX_FRAME) stream.letGo();
  }

  protected override goawayReceived(): void {
    // A client's GOAWAY is about streams that we would open: none (RFC 9113, section 6.8).
    this.chat();
  }

  protected override settingsChanged(): void {}

  protected override pong(): void {
    this.chat();
    if (this.#leaving === "announced") this.#leave();
  }

  protected override streamGone(stream: H2Stream, _whole: boolean): void {
    this.#admission.gone(stream as H2Exchange);
    if (this.#leaving === "final" && this.streams.size === 0 && !this.isDead) this.#end();
  }

  protected override broken(code: number, detail: string): void {
    this.#options.onFault?.(code, detail);
  }

  protected override over(): void {
    this.#options.sweep.remove(this);
    this.#options.onClosed();
  }

  /** The final GOAWAY: later streams are not acted on. */
  #leave(): void {
    this.#leaving = "final";
    writeGoaway(this, this.lastPeerId, NO_ERROR, "");
    if (this.streams.size === 0) this.#end();
  }

  #end(): void {
    this.isDead = true;
    this.reader.stopped = true;
    output.flushOf(this);
    this.conn.end();
  }
}
