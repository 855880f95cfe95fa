import type { RawHeaders } from "#stream.ts";
import { CLASS, CR, hexValue, LF, SEMICOLON, TOKEN, VALUE } from "#wire/h1/chars.ts";
import { readFields } from "#wire/h1/fields.ts";

/** Why a body is refused (behind `http1.` in docs/reference/errors.md). */
export type BodyFault =
  | "chunk_size"
  | "chunk_extension"
  | "chunk_end"
  | "trailer"
  | "trailer_too_large";

/** What `BodyDecoder.read` stopped at. */
export type BodyEvent = "data" | "end" | "more" | BodyFault;

type State =
  | "size"
  | "extension_start"
  | "extension_name"
  | "extension_equals"
  | "extension_value"
  | "extension_quoted"
  | "extension_escape"
  | "extension_end"
  | "size_lf"
  | "data"
  | "data_cr"
  | "data_lf"
  | "trailer"
  | "length"
  | "close"
  | "done";

const MAX_EXTENSION = 256;
const QUOTE = 0x22;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
/** Fields that would change the message after the fact (RFC 9110, section 6.5.1). */
export const NOT_IN_TRAILERS = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "trailer",
  "te",
  "connection",
  "upgrade",
  "content-type",
  "content-encoding",
  "content-range",
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "cache-control",
  "expect",
  "max-forwards",
  "range",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
  "age",
  "date",
  "expires",
  "location",
  "retry-after",
  "vary",
  "warning",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "x-request-id",
  "cdn-loop",
  "via",
]);

/**
 * Takes the framing off a body (RFC 9112, sections 6 and 7), one step at a time and without copying:
 * `read` answers an event and sets `from`, `to` (for `data`) and `next`, where it wants to go on.
 */
export class BodyDecoder {
  from = 0;
  to = 0;
  next = 0;
  trailers: RawHeaders | null = null;
  #state: State = "done";
  /** Bytes to come: of the body, or of the chunk. */
  #left = 0;
  #digits = 0;
  #extension = 0;
  #trailer: number[] | null = null;
  #maxTrailer = 0;

  /** `length`: bytes of the body, -1 chunked, -3 until the connection closes. */
  begin(length: number, maxTrailerBytes: number): void {
    this.trailers = null;
    this.#trailer = null;
    this.#maxTrailer = maxTrailerBytes;
    this.#left = length > 0 ? length : 0;
    this.#digits = 0;
    this.#extension = 0;
    if (length === -1) this.#state = "size";
    else if (length === -3) this.#state = "close";
    else this.#state = length === 0 ? "done" : "length";
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  /** A body that ends with its connection, and may do so now without being cut short. */
  get endsWithConnection(): boolean {
    return this.#state === "close";
  }

  read(chunk: Uint8Array, at: number): BodyEvent {
    let p = at;
    for (;;) {
      switch (this.#state) {
        case "done":
          this.next = p;
          return "end";
        case "length":
        case "data":
        case "close":
          if (p === chunk.length) return this.#more(p);
          return this.#data(chunk, p);
        default:
      }
      if (p === chunk.length) return this.#more(p);
      const fault = this.#step(chunk[p] as number);
      p++;
      if (fault !== null) {
        this.next = p;
        return fault;
      }
    }
  }

  #more(at: number): "more" {
    this.next = at;
    return "more";
  }

  #data(chunk: Uint8Array, at: number): "data" {
    const here = chunk.length - at;
    const take = this.#state === "close" ? here : Math.min(here, this.#left);
    this.from = at;
    this.to = at + take;
    this.next = this.to;
    if (this.#state !== "close") {
      this.#left -= take;
      if (this.#left === 0) this.#state = this.#state === "length" ? "done" : "data_cr";
    }
    return "data";
  }

  /** One byte of the chunked coding's own syntax. */
  #step(byte: number): BodyFault | null {
    switch (this.#state) {
      case "size":
        return this.#size(byte);
      case "extension_start":
      case "extension_name":
      case "extension_equals":
      case "extension_value":
      case "extension_quoted":
      case "extension_escape":
      case "extension_end":
        return this.#extensionByte(byte);
      case "size_lf":
        if (byte !== LF) return "chunk_size";
        this.#state = this.#left === 0 ? "trailer" : "data";
        this.#digits = 0;
        this.#extension = 0;
        return null;
      case "data_cr":
        this.#state = "data_lf";
        return byte === CR ? null : "chunk_end";
      case "data_lf":
        this.#state = "size";
        return byte === LF ? null : "chunk_end";
      case "trailer":
        return this.#trailerByte(byte);
      default:
        return "chunk_size";
    }
  }

  #size(byte: number): BodyFault | null {
    const digit = hexValue(byte);
    if (digit >= 0) {
      // 13 digits are 2^52: more than any body, and exact as a number.
      if (++this.#digits > 13) return "chunk_size";
      this.#left = this.#left * 16 + digit;
      return null;
    }
    if (this.#digits === 0) return "chunk_size";
    if (byte === CR) this.#state = "size_lf";
    else if (byte === SEMICOLON) this.#state = "extension_start";
    else return "chunk_size";
    return null;
  }

  /**
   * An extension is skipped, but only one that cannot be read in two ways: it has a name, ends with
   * CRLF, and a quoted value is closed (RFC 9112, section 7.1.1). Bad white space is refused too.
   */
  #extensionByte(byte: number): BodyFault | null {
    const next = nextExtensionState(this.#state, byte);
    if (next === null || ++this.#extension > MAX_EXTENSION) return "chunk_extension";
    this.#state = next;
    return null;
  }

  #trailerByte(byte: number): BodyFault | null {
    this.#trailer ??= [];
    const held = this.#trailer;
    if (held.push(byte) > this.#maxTrailer) return "trailer_too_large";
    if (byte !== LF) return null;
    const n = held.length;
    if (held[n - 2] !== CR) return "trailer";
    if (n === 2) {
      this.#state = "done";
      return null;
    }
    if (n < 4 || held[n - 3] !== LF) return null;
    const fields: RawHeaders = [];
    if (readFields(Buffer.from(held), 0, n, 64, fields) !== "ok") return "trailer";
    for (let i = 0; i < fields.length; i += 2) {
      if (NOT_IN_TRAILERS.has((fields[i] as string).toLowerCase())) return "trailer";
    }
    this.trailers = fields;
    this.#state = "done";
    return null;
  }
}

/** The state behind `byte` inside a chunk extension; null where none is legal. */
function nextExtensionState(state: State, byte: number): State | null {
  const bits = CLASS[byte] as number;
  if (state === "extension_quoted") {
    if (byte === QUOTE) return "extension_end";
    if (byte === BACKSLASH) return "extension_escape";
    return (bits & VALUE) === 0 ? null : state;
  }
  if (state === "extension_escape") return (bits & VALUE) === 0 ? null : "extension_quoted";
  if (state === "extension_start") return (bits & TOKEN) === 0 ? null : "extension_name";
  if (state === "extension_equals") {
    if (byte === QUOTE) return "extension_quoted";
    return (bits & TOKEN) === 0 ? null : "extension_value";
  }
  if (byte === CR) return "size_lf";
  if (byte === SEMICOLON) return "extension_start";
  if (state === "extension_end") return null;
  if (byte === EQUALS) return state === "extension_name" ? "extension_equals" : null;
  return (bits & TOKEN) === 0 ? null : state;
}
