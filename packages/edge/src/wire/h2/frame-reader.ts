import { DATA, FRAME_HEADER, MAX_FRAME, PADDED } from "#wire/h2/constants.ts";
import { asBuffer } from "#wire/latin1.ts";

/** Hears frames in order. Bytes are borrowed for the call. */
export interface FrameHandler {
  /** A whole frame other than DATA; its payload stands in `bytes` from `at` to `end`. */
  frame(type: number, flags: number, id: number, bytes: Buffer, at: number, end: number): void;
  /** The head of a DATA frame; `length` counts padding. */
  dataBegin(id: number, flags: number, length: number): void;
  /** Some content of that frame, possibly none, as it comes. */
  dataContent(bytes: Buffer, at: number, end: number): void;
  /** Octets of padding, the length octet included. */
  dataPadding(octets: number): void;
  /** That frame is whole. */
  dataEnd(): void;
  /** A frame is longer than we allow. Nothing is read after this. */
  frameTooLong(type: number, id: number): void;
  /** A frame is padded beyond its end. Nothing is read after this. */
  badPadding(): void;
}

const NO_BYTES = Buffer.alloc(0);

/**
 * Cuts a byte stream into frames (RFC 9113, section 4.1), however it is split. DATA is passed on as
 * it comes; any other frame that a chunk does not hold whole is kept until it is.
 */
export class FrameReader {
  readonly #handler: FrameHandler;
  /** Set by whoever gives up on the connection: the rest is ignored. */
  stopped = false;
  /** The frame being put together: `#held` octets of it are in `#stash`. */
  #stash = NO_BYTES;
  #held = 0;
  #inData = false;
  #needsPadLength = false;
  #content = 0;
  #padding = 0;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  /** True while part of a frame that is not DATA is held. */
  get partial(): boolean {
    return this.#held > 0;
  }

  push(chunk: Uint8Array): void {
    const bytes = asBuffer(chunk);
    const end = bytes.length;
    let at = 0;
    while (at < end && !this.stopped) {
      if (this.#inData) at = this.#data(bytes, at, end);
      else if (this.#held > 0) at = this.#fill(bytes, at, end);
      else at = this.#whole(bytes, at, end);
    }
  }

  #whole(bytes: Buffer, at: number, end: number): number {
    if (end - at < FRAME_HEADER) return this.#keep(bytes, at, end, FRAME_HEADER);
    const length =
      ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    const type = bytes[at + 3] as number;
    const id = streamId(bytes, at + 5);
    if (length > MAX_FRAME) {
      this.#handler.frameTooLong(type, id);
      this.stopped = true;
      return end;
    }
    const flags = bytes[at + 4] as number;
    const payload = at + FRAME_HEADER;
    if (type === DATA) {
      this.#begin(id, flags, length);
      return payload;
    }
    const next = payload + length;
    if (next > end) return this.#keep(bytes, at, end, FRAME_HEADER + length);
    this.#handler.frame(type, flags, id, bytes, payload, next);
    return next;
  }

  #keep(bytes: Buffer, at: number, end: number, whole: number): number {
    if (this.#stash.length < whole) this.#stash = Buffer.allocUnsafeSlow(Math.max(whole, 64));
    bytes.copy(this.#stash, 0, at, end);
    this.#held = end - at;
    return end;
  }

  /** Adds to the stash what its frame lacks, first its head. */
  #fill(bytes: Buffer, at: number, end: number): number {
    let p = at;
    if (this.#held < FRAME_HEADER) {
      const take = Math.min(FRAME_HEADER - this.#held, end - p);
      bytes.copy(this.#stash, this.#held, p, p + take);
      this.#held += take;
      p += take;
      if (this.#held < FRAME_HEADER) return p;
    }
    const head = this.#stash;
    const length = ((head[0] as number) << 16) | ((head[1] as number) << 8) | (head[2] as number);
    const whole = FRAME_HEADER + length;
    if (head[3] === DATA || length > MAX_FRAME || length === 0) {
      this.#held = 0;
      this.#whole(head, 0, FRAME_HEADER);
      this.#release();
      return p;
    }
    if (head.length < whole) {
      this.#stash = Buffer.allocUnsafeSlow(whole);
      head.copy(this.#stash, 0, 0, this.#held);
    }
    const take = Math.min(whole - this.#held, end - p);
    bytes.copy(this.#stash, this.#held, p, p + take);
    this.#held += take;
    if (this.#held === whole) {
      this.#held = 0;
      this.#whole(this.#stash, 0, whole);
      this.#release();
    }
    return p + take;
  }

  /** A connection at rest keeps no large buffer. */
  #release(): void {
    if (this.#held === 0) this.#stash = NO_BYTES;
  }

  #begin(id: number, flags: number, length: number): void {
    this.#inData = true;
    this.#content = length;
    this.#padding = 0;
    this.#needsPadLength = (flags & PADDED) !== 0;
    this.#handler.dataBegin(id, flags, length);
    if (this.stopped) return;
    if (this.#needsPadLength && length === 0) {
      this.#handler.badPadding();
      this.stopped = true;
    } else if (length === 0) {
      this.#finish();
    }
  }

  #data(bytes: Buffer, at: number, end: number): number {
    let p = at;
    if (this.#needsPadLength) {
      this.#needsPadLength = false;
      this.#padding = bytes[p++] as number;
      this.#content -= 1 + this.#padding;
      if (this.#content < 0) {
        this.#handler.badPadding();
        this.stopped = true;
        return end;
      }
      this.#handler.dataPadding(1);
    }
    if (this.#content > 0 && p < end) {
      const take = Math.min(this.#content, end - p);
      this.#content -= take;
      this.#handler.dataContent(bytes, p, p + take);
      p += take;
    }
    if (this.#content === 0 && this.#padding > 0 && p < end) {
      const take = Math.min(this.#padding, end - p);
      this.#padding -= take;
      this.#handler.dataPadding(take);
      p += take;
    }
    if (this.#content === 0 && this.#padding === 0 && !this.stopped) this.#finish();
    return p;
  }

  #finish(): void {
    this.#inData = false;
    this.#handler.dataEnd();
  }
}

/** A 31-bit number; the reserved bit is ignored (RFC 9113, section 4.1). */
export function streamId(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) & 0x7f) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
