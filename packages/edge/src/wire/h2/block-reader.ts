import {
  COMPRESSION_ERROR,
  ENHANCE_YOUR_CALM,
  FRAME_SIZE_ERROR,
  HAS_PRIORITY,
  HEADER_TABLE_SIZE,
  NO_ERROR,
  PADDED,
  PROTOCOL_ERROR,
} from "#wire/h2/constants.ts";
import { streamId } from "#wire/h2/frame-reader.ts";
import { type FieldSink, HpackDecoder } from "#wire/h2/hpack/decoder.ts";

/** CONTINUATION frames that one block may have: nobody needs more, whatever their size. */
const MAX_FRAGMENTS = 32;
const NO_BYTES = Buffer.alloc(0);

/** Puts header blocks together from HEADERS and CONTINUATION (RFC 9113, section 4.3), within bounds. */
export class BlockReader {
  readonly #decoder = new HpackDecoder(HEADER_TABLE_SIZE);
  readonly #listBytes: number;
  /** Stream of the block that waits for CONTINUATION, or 0. */
  id = 0;
  endStream = false;
  overflow = false;
  /** Where the fragment of the HEADERS frame stands, after `begin`. */
  from = 0;
  to = 0;
  #sink: FieldSink | null = null;
  #held = NO_BYTES;
  /** Octets of the block so far, coded. */
  octets = 0;
  #fragments = 0;

  /** `listBytes`: size of a decoded list; a coded one may have twice as much before all is given up. */
  constructor(listBytes: number) {
    this.#listBytes = listBytes;
  }

  /** Takes padding and priority off a HEADERS frame; answers an error code. */
  begin(flags: number, id: number, bytes: Buffer, at: number, end: number): number {
    this.from = at;
    this.to = end;
    if ((flags & PADDED) !== 0) {
      if (at === end) return FRAME_SIZE_ERROR;
      this.to -= bytes[at] as number;
      this.from++;
    }
    if ((flags & HAS_PRIORITY) !== 0) {
      if (this.from + 5 > end) return FRAME_SIZE_ERROR;
      if (streamId(bytes, this.from) === id) return PROTOCOL_ERROR;
      this.from += 5;
    }
    return this.from > this.to ? PROTOCOL_ERROR : NO_ERROR;
  }

  open(id: number, endStream: boolean, sink: FieldSink): void {
    this.id = id;
    this.endStream = endStream;
    this.#sink = sink;
    this.#fragments = 0;
    this.octets = 0;
  }

  /** Takes a fragment; with the last one the fields are told and `id` is 0 again. Answers an error code. */
  fragment(bytes: Buffer, at: number, end: number, last: boolean): number {
    if (last && this.octets === 0) {
      this.octets = end - at;
      return this.#decode(bytes, at, end);
    }
    const octets = this.octets + end - at;
    if (++this.#fragments > MAX_FRAGMENTS || octets > this.#listBytes * 2) {
      return ENHANCE_YOUR_CALM;
    }
    if (this.#held.length < octets) {
      const more = Buffer.allocUnsafeSlow(Math.max(octets, this.#held.length * 2));
      this.#held.copy(more, 0, 0, this.octets);
      this.#held = more;
    }
    bytes.copy(this.#held, this.octets, at, end);
    this.octets = octets;
    return last ? this.#decode(this.#held, 0, octets) : NO_ERROR;
  }

  #decode(bytes: Buffer, at: number, end: number): number {
    const sink = this.#sink as FieldSink;
    this.#sink = null;
    this.id = 0;
    this.#held = NO_BYTES;
    const sound = this.#decoder.decode(bytes, at, end, sink, this.#listBytes);
    this.overflow = this.#decoder.overflow;
    return sound ? NO_ERROR : COMPRESSION_ERROR;
  }
}
