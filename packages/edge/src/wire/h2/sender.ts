import type { Clock } from "@egide/std/clock.ts";
import type { RawHeaders } from "#stream.ts";
import type { Conn } from "#wire/conn.ts";
import { Budget } from "#wire/h2/budget.ts";
import {
  DATA,
  DEFAULT_WINDOW,
  END_STREAM,
  FRAME_HEADER,
  MAX_FRAME,
  PROTOCOL_ERROR,
  RST_STREAM,
  WINDOW_UPDATE,
} from "#wire/h2/constants.ts";
import type { StreamFaults } from "#wire/h2/faults.ts";
import { writeHeaders, writeSmall } from "#wire/h2/frame-writer.ts";
import { HpackEncoder } from "#wire/h2/hpack/encoder.ts";
import { type OutputOwner, output, type Spoken } from "#wire/h2/output.ts";
import { RecentIds } from "#wire/h2/recent-ids.ts";
import { PeerSettings } from "#wire/h2/settings.ts";
import type { H2Stream, StreamHost } from "#wire/h2/stream.ts";
import { Turns } from "#wire/h2/turns.ts";

/** Octets all streams together may be sent ahead of their readers. */
export const CONNECTION_WINDOW = 1_048_576;

/**
 * What a session says: flow control both ways (RFC 9113, section 5.2), turns of streams that have
 * more to send than the connection takes, ends and resets.
 */
export abstract class Sender<S extends H2Stream> implements StreamHost, OutputOwner {
  readonly conn: Conn;
  abstract readonly faults: StreamFaults;
  readonly streams = new Map<number, S>();
  readonly peer = new PeerSettings();
  readonly encoder = new HpackEncoder();
  inCallback = false;
  spoken: Spoken | null = null;
  /** GOAWAY with an error was sent, or the connection is gone: nothing is read any more. */
  isDead = false;
  /** For frames that only cost us work, and for streams that are begun and broken off. */
  protected readonly chatter: Budget;
  protected readonly resets: Budget;
  /** Streams we reset lately: what the peer sent before it knew is ignored. */
  protected readonly recentResets = new RecentIds();
  protected sendWindow = DEFAULT_WINDOW;
  protected recvWindow = CONNECTION_WINDOW;
  #credit = 0;
  #turns: Turns<H2Stream> | null = null;

  constructor(conn: Conn, clock: Clock) {
    this.conn = conn;
    this.chatter = new Budget(clock, 1000, 100);
    this.resets = new Budget(clock, 400, 30);
  }

  /** A stream left the session. `whole`: both sides ended it. */
  protected abstract streamGone(stream: H2Stream, whole: boolean): void;
  /** Too much of one of the budgets was spent. */
  protected abstract calm(detail: string): void;

  get isOpen(): boolean {
    return this.sendWindow > 0 && this.conn.pending === 0;
  }

  credit(octets: number): void {
    this.#credit += octets;
    if (this.#credit < CONNECTION_WINDOW / 2 || this.isDead) return;
    this.recvWindow += this.#credit;
    writeSmall(this, WINDOW_UPDATE, 0, 0, this.#credit);
    this.#credit = 0;
  }

  sendWindowUpdate(id: number, octets: number): void {
    if (!this.isDead) writeSmall(this, WINDOW_UPDATE, 0, id, octets);
  }

  sendData(stream: H2Stream, bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end && this.conn.pending === 0 && !this.isDead) {
      const room = Math.min(end - at, stream.sendWindow, this.sendWindow, MAX_FRAME);
      if (room <= 0) break;
      output.reserve(this, FRAME_HEADER + room);
      output.mark(stream, output.head(room, DATA, 0, stream.id));
      output.buffer.set(
        at === 0 && room === bytes.length ? bytes : bytes.subarray(at, at + room),
        output.at,
      );
      output.at += room;
      at += room;
      stream.sendWindow -= room;
      this.sendWindow -= room;
      this.chatter.earn(2);
    }
    stream.sent += at - from;
    return at;
  }

  sendEnd(stream: H2Stream, trailers: RawHeaders | null): void {
    if (this.isDead) return;
    if (trailers !== null && trailers.length > 0) {
      writeHeaders(this, this.encoder, stream, null, trailers, END_STREAM, this.peer.maxFrame);
    } else if (!output.amend(stream, END_STREAM)) {
      output.reserve(this, FRAME_HEADER);
      output.head(0, DATA, END_STREAM, stream.id);
    }
  }

  queue(stream: H2Stream): void {
    this.#turns ??= new Turns();
    this.#turns.add(stream);
  }

  /** Lets streams send while nothing holds them back. */
  protected pump(): void {
    const turns = this.#turns;
    if (turns === null) return;
    while (this.isOpen && !this.isDead) {
      const stream = turns.next();
      if (stream === undefined) break;
      stream.turn(MAX_FRAME);
    }
  }

  reset(stream: H2Stream, code: number): void {
    this.recentResets.add(stream.id);
    if (!this.isDead) writeSmall(this, RST_STREAM, 0, stream.id, code);
    if (this.streams.delete(stream.id)) this.streamGone(stream, false);
  }

  finished(stream: H2Stream): void {
    stream.isClosed = true;
    this.resets.earn(0.5);
    if (this.streams.delete(stream.id)) this.streamGone(stream, true);
  }

  /** Stream error (RFC 9113, section 5.4.2) on a stream that is open. */
  protected peerFault(stream: H2Stream, code: number): void {
    stream.fail(this.faults.malformed);
    this.reset(stream, code);
    this.spendReset();
  }

  malformed(stream: H2Stream): void {
    this.peerFault(stream, PROTOCOL_ERROR);
  }

  /** RST_STREAM for a stream that we do not have (any more). */
  protected refuseStream(id: number, code: number): void {
    this.recentResets.add(id);
    writeSmall(this, RST_STREAM, 0, id, code);
    this.spendReset();
  }

  /** Resets that the peer provokes count like those it sends. */
  protected spendReset(): void {
    if (!this.resets.spend()) this.calm("too many streams were reset");
  }
}
