import type { Clock } from "@egide/std/clock.ts";
import type { Conn, ConnHandler } from "#wire/conn.ts";
import { BlockReader } from "#wire/h2/block-reader.ts";
import {
  ACK,
  CONTINUATION,
  DEFAULT_WINDOW,
  END_HEADERS,
  END_STREAM,
  FLOW_CONTROL_ERROR,
  FRAME_HEADER,
  FRAME_SIZE_ERROR,
  GOAWAY,
  HEADERS,
  MAX_WINDOW,
  NO_ERROR,
  PING,
  PRIORITY,
  PRIORITY_UPDATE,
  PROTOCOL_ERROR,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from "#wire/h2/constants.ts";
import { type FrameHandler, FrameReader, streamId } from "#wire/h2/frame-reader.ts";
import { writeGoaway, writeSmall } from "#wire/h2/frame-writer.ts";
import type { FieldSink } from "#wire/h2/hpack/decoder.ts";
import { output } from "#wire/h2/output.ts";
import { Receiver } from "#wire/h2/receiver.ts";
import { CONNECTION_WINDOW } from "#wire/h2/sender.ts";
import type { H2Stream } from "#wire/h2/stream.ts";
import { incrementalOf, urgencyOf } from "#wire/h2/turns.ts";
import { readLatin1 } from "#wire/latin1.ts";

/** Stop reading while this much of what we said has not left: answers to PING must not pile up. */
const MAX_PENDING = 262_144;

export interface SessionOptions {
  readonly clock: Clock;
  /** Decoded size of a header list, as RFC 9113, section 6.5.2, counts it. */
  readonly headerListBytes: number;
}

/**
 * One HTTP/2 connection (RFC 9113), the part that both sides share: frames, settings, flow control,
 * header blocks, turns, and limits on what a peer can make us do for nothing. A side says what the
 * header blocks mean.
 */
export abstract class Session<S extends H2Stream>
  extends Receiver<S>
  implements ConnHandler, FrameHandler
{
  protected readonly reader = new FrameReader(this);
  protected readonly blocks: BlockReader;
  #halted = false;

  constructor(conn: Conn, options: SessionOptions) {
    super(conn, options.clock);
    this.blocks = new BlockReader(options.headerListBytes);
  }

  /**
   * A header block begins. Answers who takes its fields; null where a rule was broken (and has been
   * dealt with). A block of a stream that is reset goes nowhere but must be decoded.
   */
  protected abstract blockBegins(id: number, endStream: boolean): FieldSink | null;
  protected abstract blockEnds(id: number, endStream: boolean, overflow: boolean): void;
  protected abstract goawayReceived(lastId: number, code: number): void;
  protected abstract settingsChanged(): void;
  /** An answer to a PING of ours. */
  protected abstract pong(): void;
  /** The connection is over, its streams have been told. */
  protected abstract over(): void;
  /** Last stream of the peer's that was or might be acted on, for GOAWAY. */
  protected abstract readonly lastPeerId: number;
  protected abstract readonly isServer: boolean;

  /** Our side of the preface: SETTINGS, and a wider window for the connection. */
  protected open(settings: readonly number[]): void {
    output.reserve(this, FRAME_HEADER + settings.length * 3 + 13);
    output.head(settings.length * 3, SETTINGS, 0, 0);
    for (let i = 0; i < settings.length; i += 2) {
      const id = settings[i] as number;
      output.buffer[output.at] = id >>> 8;
      output.buffer[output.at + 1] = id;
      output.at += 2;
      output.u32(settings[i + 1] as number);
    }
    writeSmall(this, WINDOW_UPDATE, 0, 0, CONNECTION_WINDOW - DEFAULT_WINDOW);
  }

  onData(chunk: Uint8Array): void {
    if (this.isDead) return;
    this.inCallback = true;
    this.reader.push(chunk);
    this.endTurn();
  }

  onDrain(): void {
    this.inCallback = true;
    if (this.#halted) {
      this.#halted = false;
      this.conn.resume();
    }
    this.pump();
    this.endTurn();
  }

  onEnd(): void {
    this.inCallback = true;
    this.lose();
    this.conn.end();
    this.endTurn();
  }

  onClose(): void {
    output.drop(this);
    this.lose();
    this.over();
  }

  /** What this turn wrote leaves together when the callback returns. */
  protected endTurn(): void {
    output.flushOf(this);
    this.inCallback = false;
    if (this.conn.pending > MAX_PENDING && !this.#halted && !this.isDead) {
      this.#halted = true;
      this.conn.pause();
    }
  }

  /** All streams end where they are. */
  protected lose(): void {
    this.isDead = true;
    this.reader.stopped = true;
    for (const stream of this.streams.values()) {
      stream.fail(this.faults.lost);
      this.streamGone(stream, false);
    }
    this.streams.clear();
  }

  protected override get inBlock(): boolean {
    return this.blocks.id !== 0;
  }

  protected override breakOff(code: number, detail: string): void {
    if (this.isDead) return;
    this.broken(code, detail);
    writeGoaway(this, this.lastPeerId, code, detail);
    this.lose();
    output.flushOf(this);
    this.conn.end();
  }

  /** For a log: a connection error of the peer's. */
  protected abstract broken(code: number, detail: string): void;

  // --- frames in -------------------------------------------------------------------------------

  frame(type: number, flags: number, id: number, bytes: Buffer, at: number, end: number): void {
    if (!this.settingsSeen && type !== SETTINGS) {
      this.breakOff(PROTOCOL_ERROR, "SETTINGS must come first");
      return;
    }
    if (this.blocks.id !== 0 && (type !== CONTINUATION || id !== this.blocks.id)) {
      this.breakOff(PROTOCOL_ERROR, "a header block was interrupted");
      return;
    }
    switch (type) {
      case HEADERS:
        this.#headers(flags, id, bytes, at, end);
        break;
      case CONTINUATION:
        if (this.blocks.id === 0)
          this.breakOff(PROTOCOL_ERROR, "CONTINUATION without a header block");
        else this.#fragment(flags, bytes, at, end);
        break;
      case WINDOW_UPDATE:
        this.#windowUpdate(id, bytes, at, end);
        break;
      case RST_STREAM:
        this.#rstStream(id, bytes, at, end);
        break;
      case SETTINGS:
        this.#settings(flags, id, bytes, at, end);
        break;
      case PING:
        this.#ping(flags, id, bytes, at, end);
        break;
      case GOAWAY:
        if (id !== 0) this.breakOff(PROTOCOL_ERROR, "GOAWAY on a stream");
        else if (end - at < 8) this.breakOff(FRAME_SIZE_ERROR, "GOAWAY is too short");
        else this.goawayReceived(streamId(bytes, at), bytes.readUInt32BE(at + 4));
        break;
      case PRIORITY:
        this.#priority(id, bytes, at, end);
        break;
      case PRIORITY_UPDATE:
        this.#priorityUpdate(id, bytes, at, end);
        break;
      case PUSH_PROMISE:
        this.breakOff(PROTOCOL_ERROR, "PUSH_PROMISE was not asked for");
        break;
      default:
        // RFC 9113, section 5.5: unknown types are ignored; a stream of them is not.
        this.chat();
    }
    this.progress++;
  }

  frameTooLong(): void {
    this.breakOff(FRAME_SIZE_ERROR, "a frame is longer than SETTINGS_MAX_FRAME_SIZE");
  }

  badPadding(): void {
    this.breakOff(PROTOCOL_ERROR, "padding is longer than its frame");
  }

  #headers(flags: number, id: number, bytes: Buffer, at: number, end: number): void {
    const endStream = (flags & END_STREAM) !== 0;
    const fault = this.blocks.begin(flags, id, bytes, at, end);
    if (id === 0 || fault !== NO_ERROR) {
      this.breakOff(id === 0 ? PROTOCOL_ERROR : fault, "a HEADERS frame is malformed");
      return;
    }
    const sink = this.blockBegins(id, endStream);
    if (sink === null) return;
    this.blocks.open(id, endStream, sink);
    this.#fragment(flags, bytes, this.blocks.from, this.blocks.to);
  }

  #fragment(flags: number, bytes: Buffer, at: number, end: number): void {
    const { blocks } = this;
    const { id, endStream } = blocks;
    const fault = blocks.fragment(bytes, at, end, (flags & END_HEADERS) !== 0);
    if (fault !== NO_ERROR) this.breakOff(fault, "a header block can't be read");
    else if (blocks.id === 0 && !this.isDead) this.blockEnds(id, endStream, blocks.overflow);
    else this.progress--;
  }

  #windowUpdate(id: number, bytes: Buffer, at: number, end: number): void {
    if (end - at !== 4) {
      this.breakOff(FRAME_SIZE_ERROR, "WINDOW_UPDATE is not of 4 octets");
      return;
    }
    this.chat();
    const octets = streamId(bytes, at);
    if (id === 0) {
      this.sendWindow += octets;
      if (octets === 0) this.breakOff(PROTOCOL_ERROR, "a window is widened by nothing");
      else if (this.sendWindow > MAX_WINDOW)
        this.breakOff(FLOW_CONTROL_ERROR, "a window is too wide");
      else this.pump();
      return;
    }
    const stream = this.streams.get(id);
    if (stream === undefined) {
      if (this.isIdle(id)) this.breakOff(PROTOCOL_ERROR, "WINDOW_UPDATE on an idle stream");
      return;
    }
    stream.sendWindow += octets;
    if (octets === 0) this.peerFault(stream, PROTOCOL_ERROR);
    else if (stream.sendWindow > MAX_WINDOW) this.peerFault(stream, FLOW_CONTROL_ERROR);
    else if (stream.unsent > 0) {
      stream.awaitTurn();
      this.pump();
    }
  }

  #rstStream(id: number, bytes: Buffer, at: number, end: number): void {
    if (end - at !== 4) {
      this.breakOff(FRAME_SIZE_ERROR, "RST_STREAM is not of 4 octets");
      return;
    }
    if (id === 0 || this.isIdle(id)) {
      this.breakOff(PROTOCOL_ERROR, "RST_STREAM on an idle stream");
      return;
    }
    const stream = this.streams.get(id);
    this.spendReset();
    if (stream === undefined || this.isDead) return;
    this.streams.delete(id);
    this.streamReset(stream, bytes.readUInt32BE(at));
    this.streamGone(stream, false);
  }

  /** The peer reset a stream that was open. */
  protected streamReset(stream: S, _code: number): void {
    stream.fail(this.faults.reset);
  }

  #settings(flags: number, id: number, bytes: Buffer, at: number, end: number): void {
    const ack = (flags & ACK) !== 0;
    if (id !== 0 || (ack && !this.settingsSeen)) {
      this.breakOff(PROTOCOL_ERROR, "SETTINGS where none may be");
      return;
    }
    if ((end - at) % 6 !== 0 || (ack && end !== at)) {
      this.breakOff(FRAME_SIZE_ERROR, "SETTINGS of a wrong length");
      return;
    }
    this.settingsSeen = true;
    this.chat();
    if (ack || this.isDead) return;
    const before = this.peer.initialWindow;
    const fault = this.peer.apply(bytes, at, end, !this.isServer);
    if (fault !== NO_ERROR) {
      this.breakOff(fault, "a setting is out of range");
      return;
    }
    this.encoder.peerTableSize(this.peer.headerTableSize);
    const wider = this.peer.initialWindow - before;
    writeSmall(this, SETTINGS, ACK, 0, -1);
    if (wider !== 0) this.#shiftWindows(wider);
    this.settingsChanged();
  }

  /** RFC 9113, section 6.9.2: a new initial size changes the windows of open streams, even below 0. */
  #shiftWindows(by: number): void {
    for (const stream of this.streams.values()) {
      stream.sendWindow += by;
      if (stream.sendWindow > MAX_WINDOW) {
        this.breakOff(FLOW_CONTROL_ERROR, "a window is too wide");
        return;
      }
      if (stream.unsent > 0) stream.awaitTurn();
    }
    this.pump();
  }

  #ping(flags: number, id: number, bytes: Buffer, at: number, end: number): void {
    if (id !== 0) this.breakOff(PROTOCOL_ERROR, "PING on a stream");
    else if (end - at !== 8) this.breakOff(FRAME_SIZE_ERROR, "PING is not of 8 octets");
    else if ((flags & ACK) !== 0) this.pong();
    else if (this.chat()) {
      output.reserve(this, FRAME_HEADER + 8);
      output.head(8, PING, ACK, 0);
      bytes.copy(output.buffer, output.at, at, end);
      output.at += 8;
    }
  }

  #priority(id: number, bytes: Buffer, at: number, end: number): void {
    if (id === 0) this.breakOff(PROTOCOL_ERROR, "PRIORITY without a stream");
    else if (end - at !== 5) this.breakOff(FRAME_SIZE_ERROR, "PRIORITY is not of 5 octets");
    else if (streamId(bytes, at) === id)
      this.breakOff(PROTOCOL_ERROR, "a stream depends on itself");
    else this.chat();
  }

  /** RFC 9218, section 7.1. */
  #priorityUpdate(id: number, bytes: Buffer, at: number, end: number): void {
    if (id !== 0 || !this.isServer) this.breakOff(PROTOCOL_ERROR, "PRIORITY_UPDATE out of place");
    else if (end - at < 4) this.breakOff(FRAME_SIZE_ERROR, "PRIORITY_UPDATE is too short");
    else if (this.chat()) {
      const stream = this.streams.get(streamId(bytes, at));
      if (stream === undefined) return;
      const said = readLatin1(bytes, at + 4, end);
      stream.urgency = urgencyOf(said);
      stream.incremental = incrementalOf(said);
    }
  }
}
