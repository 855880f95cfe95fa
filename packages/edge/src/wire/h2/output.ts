import { FRAME_HEADER, MAX_FRAME } from "#wire/h2/constants.ts";
import type { Conn } from "#wire/conn.ts";

/** A session as the output sees it. */
export interface OutputOwner {
  readonly conn: Conn;
  /** One of its callbacks runs: the connection sends what was written when that returns. */
  readonly inCallback: boolean;
}

/** Four full frames and something small before or behind them. */
const CAPACITY = 4 * (FRAME_HEADER + MAX_FRAME) + 1024;

/**
 * The thread's one buffer of frames: all that a session says in one turn of the event loop leaves in
 * one write. Frames are written in place, so the flags of the last one can still be changed: END_STREAM
 * goes onto the last DATA (or HEADERS) frame instead of an empty one behind it.
 */
class FrameOutput {
  readonly buffer = Buffer.allocUnsafeSlow(CAPACITY);
  /** Where the next octet goes; valid after `reserve`. */
  at = 0;
  #owner: OutputOwner | null = null;
  #scheduled = false;
  /** Whose frame stands last in the buffer, and where. */
  #lastOf: object | null = null;
  #lastAt = 0;

  /** Makes room for `octets` (at most a frame and its head) of `owner`'s. */
  reserve(owner: OutputOwner, octets: number): void {
    if (this.#owner !== owner) {
      this.flush();
      this.#owner = owner;
    } else if (this.at + octets > CAPACITY) {
      this.flush();
      this.#owner = owner;
    }
    if (!owner.inCallback && !this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(this.#turnEnds);
    }
  }

  /** Writes a frame head at `at`; answers where it stands. */
  head(length: number, type: number, flags: number, id: number): number {
    const { buffer } = this;
    const start = this.at;
    buffer[start] = length >>> 16;
    buffer[start + 1] = length >>> 8;
    buffer[start + 2] = length;
    buffer[start + 3] = type;
    buffer[start + 4] = flags;
    buffer[start + 5] = id >>> 24;
    buffer[start + 6] = id >>> 16;
    buffer[start + 7] = id >>> 8;
    buffer[start + 8] = id;
    this.at = start + FRAME_HEADER;
    return start;
  }

  u32(value: number): void {
    const { buffer, at } = this;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
    this.at = at + 4;
  }

  /** Writes the length of the frame at `start`, which ends here. */
  close(start: number): void {
    const length = this.at - start - FRAME_HEADER;
    this.buffer[start] = length >>> 16;
    this.buffer[start + 1] = length >>> 8;
    this.buffer[start + 2] = length;
  }

  /** The frame at `start` is the last one of `stream` so far. */
  mark(stream: object, start: number): void {
    this.#lastOf = stream;
    this.#lastAt = start;
  }

  /** No frame can be amended: END_STREAM does not belong on CONTINUATION. */
  forget(): void {
    this.#lastOf = null;
  }

  /** Sets `flag` on the last frame of `stream` where that has not left yet. */
  amend(stream: object, flag: number): boolean {
    if (this.#lastOf !== stream) return false;
    this.buffer[this.#lastAt + 4] = (this.buffer[this.#lastAt + 4] as number) | flag;
    return true;
  }

  flush(): void {
    const owner = this.#owner;
    const octets = this.at;
    this.#owner = null;
    this.#lastOf = null;
    this.at = 0;
    if (owner === null || octets === 0) return;
    owner.conn.write(this.buffer.subarray(0, octets));
    if (!owner.inCallback) owner.conn.flush();
  }

  flushOf(owner: OutputOwner): void {
    if (this.#owner === owner) this.flush();
  }

  /** Forgets what was not sent for a session that is gone. */
  drop(owner: OutputOwner): void {
    if (this.#owner !== owner) return;
    this.#owner = null;
    this.#lastOf = null;
    this.at = 0;
  }

  readonly #turnEnds = (): void => {
    this.#scheduled = false;
    this.flush();
  };
}

export const output = new FrameOutput();
