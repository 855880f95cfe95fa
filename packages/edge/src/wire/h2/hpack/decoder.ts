import { CLASS, HT, SP, VALUE } from "#wire/h1/chars.ts";
import { DecoderTable, ENTRY_OVERHEAD } from "#wire/h2/hpack/decoder-table.ts";
import { huffmanDecode } from "#wire/h2/hpack/huffman.ts";
import { LiteralCache } from "#wire/h2/hpack/literal-cache.ts";
import { BAD_NAME, COOKIE, type NameInfo, NEVER, nameInfo } from "#wire/h2/hpack/names.ts";
import { readLatin1 } from "#wire/latin1.ts";

/** What is wrong with a field that was decoded; the message it stands in is malformed. */
export const FAULT_NONE = 0;
export const FAULT_NAME = 1;
export const FAULT_VALUE = 2;

/** Takes the fields of a block in order. `fault` is one of the above. */
export interface FieldSink {
  field(name: NameInfo, value: string, fault: number): void;
}

/** Longest integer that is accepted: far beyond any frame, small enough for exact arithmetic. */
const LARGEST = 0x0fff_ffff;

let scratch = Buffer.allocUnsafeSlow(8192);

const literals = new LiteralCache(1024, 64);

/**
 * Decodes header blocks (RFC 7541) of one connection. Keeps its table in step even where the list
 * is larger than allowed: then `overflow` is set and no more fields are told.
 */
export class HpackDecoder {
  readonly table: DecoderTable;
  readonly #tableLimit: number;
  /** After `decode`: the list was larger than its budget (RFC 9113, section 6.5.2, counts it). */
  overflow = false;
  #at = 0;
  #text = "";
  #fault = 0;

  constructor(tableLimit: number) {
    this.#tableLimit = tableLimit;
    this.table = new DecoderTable(tableLimit);
  }

  /**
   * Decodes one whole block. False: a decoding error, after which the connection cannot go on
   * (COMPRESSION_ERROR). `bytes` must be a Buffer.
   */
  decode(bytes: Uint8Array, at: number, end: number, sink: FieldSink, budget: number): boolean {
    this.overflow = false;
    this.#at = at;
    let left = budget;
    let updates = true;
    const table = this.table;
    while (this.#at < end) {
      const first = bytes[this.#at] as number;
      if (first >= 0x80) {
        const index = first < 0xff ? this.#byte(first & 0x7f) : this.#integer(bytes, end, 0x7f);
        if (!table.has(index)) return false;
        left = Math.max(-1, left - table.bytes(index));
        if (left < 0) this.overflow = true;
        else sink.field(table.name(index), table.value(index), table.fault(index));
      } else if (first >= 0x20 && first < 0x40) {
        const size = this.#integer(bytes, end, 0x1f);
        if (!updates || size < 0 || size > this.#tableLimit) return false;
        table.resize(size);
        continue;
      } else {
        left = this.#literal(bytes, end, first, sink, left);
        if (left === BROKEN) return false;
      }
      updates = false;
    }
    return true;
  }

  #literal(bytes: Uint8Array, end: number, first: number, sink: FieldSink, left: number): number {
    const indexed = first >= 0x40;
    const index = this.#integer(bytes, end, indexed ? 0x3f : 0x0f);
    if (index < 0) return BROKEN;
    let name: NameInfo;
    let fault = FAULT_NONE;
    if (index > 0) {
      if (!this.table.has(index)) return BROKEN;
      name = this.table.name(index);
      if (this.table.fault(index) === FAULT_NAME) fault = FAULT_NAME;
    } else {
      if (!this.#string(bytes, end, true)) return BROKEN;
      name = nameInfo(this.#text);
      if (name.lower !== this.#text || name.kind === BAD_NAME) fault = FAULT_NAME;
    }
    // What must not be guessed is kept out of a cache that connections share.
    const share = (first & 0xf0) !== 0x10 && name.policy !== NEVER && name.kind !== COOKIE;
    if (!this.#string(bytes, end, share)) return BROKEN;
    const value = this.#text;
    if (fault === FAULT_NONE) fault = this.#fault;
    const size = name.lower.length + value.length + ENTRY_OVERHEAD;
    if (indexed) this.table.add(name, value, fault, size);
    if (left < size) {
      this.overflow = true;
      return -1;
    }
    sink.field(name, value, fault);
    return left - size;
  }

  #byte(value: number): number {
    this.#at++;
    return value;
  }

  /** RFC 7541, section 5.1; -1 for one that is cut off or too large. */
  #integer(bytes: Uint8Array, end: number, mask: number): number {
    let value = (bytes[this.#at++] as number) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 28; shift += 7) {
      if (this.#at >= end) return -1;
      const byte = bytes[this.#at++] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (value > LARGEST) return -1;
      if (byte < 0x80) return value;
    }
    return -1;
  }

  /** Reads a string literal (RFC 7541, section 5.2) into `#text` and `#fault`. */
  #string(bytes: Uint8Array, end: number, share: boolean): boolean {
    if (this.#at >= end) return false;
    const huffman = (bytes[this.#at] as number) >= 0x80;
    const length = this.#integer(bytes, end, 0x7f);
    const from = this.#at;
    const to = from + length;
    if (length < 0 || to > end) return false;
    this.#at = to;
    if (share && length <= literals.longest) {
      const hit = literals.find(bytes, from, length, huffman);
      if (hit >= 0) {
        this.#text = literals.text(hit);
        this.#fault = literals.fault(hit);
        return true;
      }
    }
    if (!huffman) {
      this.#fault = valueFault(bytes, from, to);
      this.#text = length === 0 ? "" : readLatin1(bytes, from, to);
    } else {
      if (scratch.length < length * 1.6 + 1) scratch = Buffer.allocUnsafeSlow(length * 2);
      const count = huffmanDecode(bytes, from, to, scratch);
      if (count < 0) return false;
      this.#fault = valueFault(scratch, 0, count);
      this.#text = readLatin1(scratch, 0, count);
    }
    if (share) literals.keep(bytes, from, length, huffman, this.#text, this.#fault);
    return true;
  }
}

const BROKEN = -2;

/**
 * A value must hold nothing but HTAB, SP, VCHAR and obs-text, with no blank outside (RFC 9113,
 * section 8.2.1; RFC 9110, section 5.5).
 */
function valueFault(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return FAULT_NONE;
  const first = bytes[from] as number;
  const last = bytes[to - 1] as number;
  if (first === SP || first === HT || last === SP || last === HT) return FAULT_VALUE;
  for (let i = from; i < to; i++) {
    if (((CLASS[bytes[i] as number] as number) & VALUE) === 0) return FAULT_VALUE;
  }
  return FAULT_NONE;
}
