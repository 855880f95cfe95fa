import type { AppError } from "@egide/std/error.ts";
import type { ByteSink, ByteSource, RawHeaders } from "#stream.ts";
import { ByteQueue } from "#wire/h2/byte-queue.ts";
import { DEFAULT_WINDOW, NO_ERROR } from "#wire/h2/constants.ts";
import type { StreamFaults } from "#wire/h2/faults.ts";

/** Octets a peer may send ahead of the reader of a body. */
const BODY_WINDOW = 262_144;
/** Octets handed on at once from what was held back. */
const PIECE = 65_536;

/** What a stream asks of its session. */
export interface StreamHost {
  readonly faults: StreamFaults;
  /** Neither the connection nor its flow-control window holds data back. */
  readonly isOpen: boolean;
  /** Octets of a body have been used (or thrown away): the peer may send as many more. */
  credit(octets: number): void;
  /** Sends what windows allow of `bytes` as DATA; answers where it stopped. */
  sendData(stream: H2Stream, bytes: Uint8Array, at: number, end: number): number;
  sendEnd(stream: H2Stream, trailers: RawHeaders | null): void;
  sendWindowUpdate(id: number, octets: number): void;
  /** The stream waits for its turn. */
  queue(stream: H2Stream): void;
  /** RST_STREAM, and the stream is over. */
  reset(stream: H2Stream, code: number): void;
  /** The peer broke a rule of HTTP on this stream: it fails and is reset. */
  malformed(stream: H2Stream): void;
  /** Both sides have ended. */
  finished(stream: H2Stream): void;
}

/**
 * One stream (RFC 9113, section 5): a body that comes in, with back-pressure through its window, and
 * one that goes out, as fast as the peer's window and the connection allow.
 */
export abstract class H2Stream implements ByteSource {
  readonly id: number;
  protected readonly host: StreamHost;
  urgency = 3;
  /** Streams of peers that say nothing about it take turns: one that never ends must not starve others. */
  incremental = true;
  isWaiting = false;
  /** The peer has ended (or reset) its side; we have ended ours. */
  remoteEnded = false;
  localEnded = false;
  /** Out of the session: nothing is sent or heard any more. */
  isClosed = false;

  /** Octets the peer may still send; its Content-Length or -1; what came so far. */
  recvWindow = DEFAULT_WINDOW;
  declared = -1;
  received = 0;
  sendWindow: number;
  /** Octets of DATA sent. */
  sent = 0;

  #held: ByteQueue | null = null;
  #sink: ByteSink | null = null;
  #piped = false;
  #paused = false;
  #discards = false;
  /** Taken by the sink and not yet given back to the peer's window. */
  #taken = 0;
  #trailers: RawHeaders | null = null;

  #unsent: ByteQueue | null = null;
  #ending = false;
  #endTrailers: RawHeaders | null = null;
  #wantsDrain = false;

  constructor(host: StreamHost, id: number, sendWindow: number) {
    this.host = host;
    this.id = id;
    this.sendWindow = sendWindow;
  }

  /** What `write` answered false for is gone. */
  protected abstract drained(): void;
  /** The stream ended before both sides were complete. The sink of the body has been told. */
  abstract aborted(error: AppError): void;

  /** Octets received that nobody has taken yet. */
  get held(): number {
    return this.#held?.length ?? 0;
  }

  /** Octets written that could not leave yet. */
  get unsent(): number {
    return this.#unsent?.length ?? 0;
  }

  /** Somebody waits for the peer to send. */
  get wantsInput(): boolean {
    return this.#piped && !this.#paused && !this.#discards && !this.remoteEnded;
  }

  pipe(sink: ByteSink): void {
    this.#piped = true;
    if (this.#discards) {
      sink.fail(this.isClosed && !this.localEnded ? this.host.faults.lost : this.host.faults.over);
      return;
    }
    this.#sink = sink;
    if (!this.remoteEnded && (this.declared < 0 || this.declared > DEFAULT_WINDOW)) {
      const more = BODY_WINDOW - DEFAULT_WINDOW;
      this.recvWindow += more;
      this.host.sendWindowUpdate(this.id, more);
    }
    this.#feed();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#feed();
    this.#widen();
  }

  cancel(): void {
    this.#sink = null;
    this.discard();
  }

  /** Throws away what the peer sends from here on; its window is not opened any more. */
  discard(): void {
    this.#discards = true;
    const held = this.held;
    this.#held = null;
    if (held > 0) this.host.credit(held);
  }

  get discards(): boolean {
    return this.#discards;
  }

  /** @internal Content of a DATA frame. */
  receive(bytes: Uint8Array, at: number, end: number): void {
    const octets = end - at;
    this.received += octets;
    if (this.declared >= 0 && this.received > this.declared) {
      this.host.credit(octets);
      this.host.malformed(this);
      return;
    }
    if (this.#discards) {
      this.host.credit(octets);
    } else if (this.#sink !== null && !this.#paused && this.held === 0) {
      this.#sink.data(bytes.subarray(at, end));
      this.#took(octets);
    } else {
      this.#held ??= new ByteQueue();
      this.#held.push(bytes, at, end);
    }
  }

  /** @internal Padding, which counts in the windows and goes nowhere. */
  receivePadding(octets: number): void {
    this.#took(octets);
  }

  /** @internal END_STREAM. */
  receiveEnd(trailers: RawHeaders | null): void {
    if (this.declared >= 0 && this.received !== this.declared) {
      this.host.malformed(this);
      return;
    }
    this.remoteEnded = true;
    this.#trailers = trailers;
    this.#feed();
    this.#maybeFinished();
  }

  /** The body breaks off, and with it the stream; the caller says so to the peer where it must. */
  fail(error: AppError): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const sink = this.#sink;
    this.#sink = null;
    this.discard();
    this.#unsent = null;
    this.#endTrailers = null;
    sink?.fail(error);
    this.aborted(error);
  }

  /** Sends body bytes (copying what can't leave now). False: wait for `drained`. */
  protected sendBody(chunk: Uint8Array): boolean {
    const { length } = chunk;
    let at = 0;
    if (this.#unsent === null && this.host.isOpen && this.sendWindow > 0) {
      at = this.host.sendData(this, chunk, 0, length);
    }
    if (at < length) {
      this.#unsent ??= new ByteQueue();
      this.#unsent.push(chunk, at, length);
    } else if (this.host.isOpen && this.#unsent === null) {
      return true;
    }
    this.#wantsDrain = true;
    this.awaitTurn();
    return false;
  }

  protected sendEnd(trailers: RawHeaders | null): void {
    this.#wantsDrain = false;
    if (this.#unsent === null) this.#endLocal(trailers);
    else {
      this.#ending = true;
      this.#endTrailers = trailers;
    }
  }

  /** @internal The session has room: sends up to `octets`, or asks for more. */
  turn(octets: number): void {
    if (this.isClosed) return;
    const unsent = this.#unsent;
    if (unsent !== null) {
      const bytes = unsent.peek(octets);
      unsent.drop(this.host.sendData(this, bytes, 0, bytes.length));
      if (unsent.length > 0) {
        this.awaitTurn();
        return;
      }
      this.#unsent = null;
    }
    if (this.#ending) this.#endLocal(this.#endTrailers);
    else if (this.#wantsDrain) {
      this.#wantsDrain = false;
      this.drained();
    }
  }

  /** Stands in line where only the connection holds it back; its own window calls it otherwise. */
  awaitTurn(): void {
    if (this.#unsent === null ? this.#wantsDrain : this.sendWindow > 0) this.host.queue(this);
  }

  #endLocal(trailers: RawHeaders | null): void {
    this.#ending = false;
    this.localEnded = true;
    this.host.sendEnd(this, trailers);
    this.#maybeFinished();
  }

  #maybeFinished(): void {
    if (!this.remoteEnded || !this.localEnded || this.isClosed) return;
    // The connection's window is not held by a body that nobody reads to its end.
    if (this.#sink === null) this.discard();
    this.host.finished(this);
  }

  /** Hands on what was held back, and the end behind it. */
  #feed(): void {
    while (this.#held !== null && this.#sink !== null && !this.#paused) {
      const piece = this.#held.peek(PIECE);
      const octets = piece.length;
      this.#sink.data(piece);
      if (this.#held === null) return;
      this.#held.drop(octets);
      if (this.#held.length === 0) this.#held = null;
      this.#took(octets);
    }
    if (!this.remoteEnded || this.#held !== null || this.#sink === null) return;
    const sink = this.#sink;
    this.#sink = null;
    sink.end(this.#trailers);
  }

  #took(octets: number): void {
    this.#taken += octets;
    this.host.credit(octets);
    if (!this.#paused) this.#widen();
  }

  /** Gives the peer back what was taken, once that is worth a frame. */
  #widen(): void {
    const least = this.#piped ? BODY_WINDOW / 2 : DEFAULT_WINDOW / 2;
    if (this.#taken < least || this.remoteEnded || this.isClosed || this.#discards) return;
    this.recvWindow += this.#taken;
    this.host.sendWindowUpdate(this.id, this.#taken);
    this.#taken = 0;
  }

  /** @internal A clean end for a stream whose peer may go on sending. */
  stopInput(error: AppError): void {
    const sink = this.#sink;
    this.#sink = null;
    this.discard();
    sink?.fail(error);
  }

  /** RST_STREAM of ours that is not the peer's fault. */
  protected resetWith(code: number): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#sink = null;
    this.discard();
    this.#unsent = null;
    this.host.reset(this, code);
  }

  /** @internal The peer has had its answer and does not end its side: NO_ERROR asks it to stop. */
  letGo(): void {
    this.resetWith(NO_ERROR);
  }
}
