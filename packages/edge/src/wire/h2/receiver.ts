import {
  END_STREAM,
  ENHANCE_YOUR_CALM,
  FLOW_CONTROL_ERROR,
  PROTOCOL_ERROR,
  STREAM_CLOSED,
} from "#wire/h2/constants.ts";
import { Sender } from "#wire/h2/sender.ts";
import type { H2Stream } from "#wire/h2/stream.ts";

/** What a session hears of bodies: DATA on its way to streams, within the windows we gave. */
export abstract class Receiver<S extends H2Stream> extends Sender<S> {
  /** Whole frames and header blocks so far: a deadline's proof of life. */
  progress = 0;
  protected settingsSeen = false;
  #dataStream: S | null = null;
  #dataFlags = 0;

  /** True where no stream of this id has been begun yet, by either side. */
  protected abstract isIdle(id: number): boolean;
  /** A header block waits for CONTINUATION: nothing else may come. */
  protected abstract readonly inBlock: boolean;
  /** Octets of a body that came in: a side may have limits of its own. */
  protected abstract countIn(stream: S, octets: number): void;
  /** Connection error (RFC 9113, section 5.4.1): GOAWAY, then the end. */
  protected abstract breakOff(code: number, detail: string): void;

  protected override calm(detail: string): void {
    this.breakOff(ENHANCE_YOUR_CALM, detail);
  }

  dataBegin(id: number, flags: number, length: number): void {
    this.#dataStream = null;
    this.#dataFlags = flags;
    if (!this.settingsSeen || this.inBlock || id === 0 || this.isIdle(id)) {
      this.breakOff(PROTOCOL_ERROR, "DATA where none may be");
      return;
    }
    this.recvWindow -= length;
    if (this.recvWindow < 0) {
      this.breakOff(FLOW_CONTROL_ERROR, "the connection's window was overrun");
      return;
    }
    if (length === 0 && (flags & END_STREAM) === 0) this.chat();
    const stream = this.streams.get(id);
    if (stream === undefined) {
      if (!this.recentResets.has(id)) this.refuseStream(id, STREAM_CLOSED);
      return;
    }
    stream.recvWindow -= length;
    if (stream.remoteEnded) this.peerFault(stream, STREAM_CLOSED);
    else if (stream.recvWindow < 0) this.peerFault(stream, FLOW_CONTROL_ERROR);
    else this.#dataStream = stream;
  }

  dataContent(bytes: Buffer, at: number, end: number): void {
    const stream = this.#dataStream;
    if (stream === null || stream.isClosed) this.credit(end - at);
    else {
      this.countIn(stream, end - at);
      stream.receive(bytes, at, end);
    }
  }

  dataPadding(octets: number): void {
    const stream = this.#dataStream;
    if (stream === null || stream.isClosed) this.credit(octets);
    else stream.receivePadding(octets);
  }

  dataEnd(): void {
    const stream = this.#dataStream;
    this.progress++;
    if (stream !== null && !stream.isClosed && (this.#dataFlags & END_STREAM) !== 0) {
      stream.receiveEnd(null);
    }
  }

  /** Accounts for a frame that costs us something and the peer next to nothing. */
  protected chat(): boolean {
    if (this.chatter.spend()) return true;
    this.breakOff(ENHANCE_YOUR_CALM, "too many frames that carry nothing");
    return false;
  }
}
