import { FRAME_HEADER, MAX_FRAME } from "#wire/h2/constants.ts";
import type { Conn } from "#wire/conn.ts";

/** A session as the output sees it. */
export interface OutputOwner {
  readonly conn: Conn;
  /** One of its callbacks runs: the connection sends what was written when that returns. */
  readonly inCallback: boolean;
  /** What it has said in this turn while another session speaks. Owned by the output. */
  spoken: Spoken | null;
}

/** Frames of one session that have not left. */
export interface Spoken {
  buffer: Buffer;
  at: number;
  lastOf: object | null;
  lastAt: number;
}

/** Four full frames and something small before or behind them. */
const CAPACITY = 4 * (FRAME_HEADER + MAX_FRAME) + 1024;
/** Sessions that may have something to say at once; another one makes the first speak out. */
const SPEAKERS = 64;

/**
 * Where frames are written: all that a session says in one turn of the event loop leaves in one write,
 * also where answers to several of its requests come from several origins' callbacks. Frames are
 * written in place, so the flags of the last one can still be changed: END_STREAM goes onto the last
 * DATA (or HEADERS) frame instead of an empty one behind it.
 */
class FrameOutput {
  buffer: Buffer = Buffer.allocUnsafeSlow(CAPACITY);
  /** Where the next octet goes; valid after `reserve`. */
  at = 0;
  #owner: OutputOwner | null = null;
  #scheduled = false;
  /** Whose frame stands last in the buffer, and where. */
  #lastOf: object | null = null;
  #lastAt = 0;
  /** Sessions that spoke in this turn and were interrupted. */
  readonly #waiting: OutputOwner[] = [];
  readonly #spare: Spoken[] = [];

  /** Makes room for `octets` (at most a frame and its head) of `owner`'s. */
  reserve(owner: OutputOwner, octets: number): void {
    if (this.#owner !== owner) this.#turnTo(owner);
    if (this.at + octets > CAPACITY) {
      this.#send();
      this.#owner = owner;
    }
    if (!owner.inCallback && !this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(this.#turnEnds);
    }
  }

  /** Puts by what the present owner has said, and goes on with what `owner` had. */
  #turnTo(owner: OutputOwner): void {
    const before = this.#owner;
    if (before !== null && this.at > 0) {
      if (this.#waiting.length >= SPEAKERS) this.#sendSpoken(this.#waiting.shift() as OutputOwner);
      const spoken = this.#spare.pop() ?? {
        buffer: Buffer.allocUnsafeSlow(CAPACITY),
        at: 0,
        lastOf: null,
        lastAt: 0,
      };
      this.#swap(spoken);
      before.spoken = spoken;
      this.#waiting.push(before);
    }
    this.#owner = owner;
    this.at = 0;
    this.#lastOf = null;
    if (owner.spoken !== null) this.#resume(owner);
  }

  #resume(owner: OutputOwner): void {
    const spoken = owner.spoken as Spoken;
    owner.spoken = null;
    this.#waiting.splice(this.#waiting.indexOf(owner), 1);
    this.#swap(spoken);
    this.#spare.push(spoken);
  }

  #swap(spoken: Spoken): void {
    const { buffer, at } = this;
    const lastOf = this.#lastOf;
    const lastAt = this.#lastAt;
    this.buffer = spoken.buffer;
    this.at = spoken.at;
    this.#lastOf = spoken.lastOf;
    this.#lastAt = spoken.lastAt;
    spoken.buffer = buffer;
    spoken.at = at;
    spoken.lastOf = lastOf;
    spoken.lastAt = lastAt;
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

  /** Sends what the present owner has said. */
  #send(): void {
    const owner = this.#owner;
    const octets = this.at;
    this.#owner = null;
    this.#lastOf = null;
    this.at = 0;
    if (owner !== null) send(owner, this.buffer, octets);
  }

  #sendSpoken(owner: OutputOwner): void {
    const spoken = owner.spoken as Spoken;
    owner.spoken = null;
    this.#spare.push(spoken);
    send(owner, spoken.buffer, spoken.at);
  }

  flushOf(owner: OutputOwner): void {
    if (this.#owner === owner) this.#send();
    else if (owner.spoken !== null) {
      this.#waiting.splice(this.#waiting.indexOf(owner), 1);
      this.#sendSpoken(owner);
    }
  }

  /** Forgets what was not sent for a session that is gone. */
  drop(owner: OutputOwner): void {
    if (this.#owner === owner) {
      this.#owner = null;
      this.#lastOf = null;
      this.at = 0;
    } else if (owner.spoken !== null) {
      this.#waiting.splice(this.#waiting.indexOf(owner), 1);
      this.#spare.push(owner.spoken);
      owner.spoken = null;
    }
  }

  readonly #turnEnds = (): void => {
    this.#scheduled = false;
    this.#send();
    for (let owner = this.#waiting.shift(); owner !== undefined; owner = this.#waiting.shift()) {
      this.#sendSpoken(owner);
    }
  };
}

function send(owner: OutputOwner, buffer: Buffer, octets: number): void {
  if (octets === 0) return;
  owner.conn.write(buffer.subarray(0, octets));
  if (!owner.inCallback) owner.conn.flush();
}

export const output = new FrameOutput();
