import { EncoderTable } from "#wire/h2/hpack/encoder-table.ts";
import { huffmanEncode, huffmanLength } from "#wire/h2/hpack/huffman.ts";
import { INDEXED, type NameInfo, NEVER, nameInfo, WHEN_REPEATED } from "#wire/h2/hpack/names.ts";
import { writeLatin1 } from "#wire/latin1.ts";

/** Octets of table that we use at most, whatever the peer offers: memory of every connection. */
const TABLE_SIZE = 4096;
const ENTRY_OVERHEAD = 32;

/** Octets that a field may take beyond its own: first octet, two integers, a long index. */
const FIELD_OVERHEAD = 16;

const STATUS = nameInfo(":status");
export const CONTENT_LENGTH_NAME = nameInfo("content-length");
export const DATE_NAME = nameInfo("date");
const STATUS_INDEX: Record<number, number> = {
  200: 8,
  204: 9,
  206: 10,
  304: 11,
  400: 12,
  404: 13,
  500: 14,
};

/** Most octets that a field of these lengths may take. */
export function fieldBound(name: number, value: number): number {
  return name + value + FIELD_OVERHEAD;
}

/**
 * Encodes header blocks (RFC 7541) of one connection into a buffer that `begin` names. The caller
 * makes sure that there is room: see `fieldBound`.
 */
export class HpackEncoder {
  #table: EncoderTable | null = null;
  #maxSize = TABLE_SIZE;
  /** Smallest size that must be told before the next block, or -1; the one in force follows it. */
  #smallest = -1;
  #out: Buffer = EMPTY;
  /** Where the next octet goes. */
  at = 0;

  /** SETTINGS_HEADER_TABLE_SIZE of the peer: what its decoder is willing to hold. */
  peerTableSize(size: number): void {
    const wanted = Math.min(size, TABLE_SIZE);
    if (wanted === this.#maxSize && this.#smallest < 0) return;
    this.#smallest = this.#smallest < 0 ? wanted : Math.min(this.#smallest, wanted);
    this.#maxSize = wanted;
    this.#table?.resize(this.#smallest);
    this.#table?.resize(wanted);
  }

  begin(out: Buffer, at: number): void {
    this.#out = out;
    this.at = at;
    if (this.#smallest < 0) return;
    if (this.#smallest < this.#maxSize) this.#integer(0x20, 0x1f, this.#smallest);
    this.#integer(0x20, 0x1f, this.#maxSize);
    this.#smallest = -1;
  }

  status(status: number): void {
    const index = STATUS_INDEX[status];
    if (index !== undefined) this.#out[this.at++] = 0x80 | index;
    else this.field(STATUS, String(status));
  }

  field(name: NameInfo, value: string): void {
    const values = name.staticValues;
    if (values !== null) {
      for (let i = 0; i < values.length; i += 2) {
        if (values[i] === value) {
          this.#out[this.at++] = 0x80 | (values[i + 1] as number);
          return;
        }
      }
    }
    if (name.id === 0) {
      this.#literal(name.policy === NEVER ? 0x10 : 0, 0x0f, name, name.staticIndex, value);
      return;
    }
    const table = (this.#table ??= new EncoderTable(this.#maxSize));
    const index = table.find(name.id, value);
    if (index > 0) {
      if (index < 0x7f) this.#out[this.at++] = 0x80 | index;
      else this.#integer(0x80, 0x7f, index);
      return;
    }
    const size = name.lower.length + value.length + ENTRY_OVERHEAD;
    const nameIndex = name.staticIndex > 0 ? name.staticIndex : table.findName(name.id);
    if (table.fits(size) && this.#worthKeeping(name, value)) {
      this.#literal(0x40, 0x3f, name, nameIndex, value);
      table.add(name.id, value, size);
    } else {
      this.#literal(0, 0x0f, name, nameIndex, value);
    }
  }

  #worthKeeping(name: NameInfo, value: string): boolean {
    if (name.policy === INDEXED) return true;
    if (name.policy !== WHEN_REPEATED) return false;
    if (name.lastValue === value) return true;
    name.lastValue = value;
    return false;
  }

  #literal(first: number, mask: number, name: NameInfo, nameIndex: number, value: string): void {
    if (nameIndex > 0) {
      this.#integer(first, mask, nameIndex);
    } else {
      this.#out[this.at++] = first;
      this.#string(name.lower, true);
    }
    // Coding pays where the octets are kept or many; a short value is copied faster than coded.
    this.#string(value, first === 0x40 || value.length > 32);
  }

  #string(text: string, code: boolean): void {
    const length = text.length;
    if (code) {
      const coded = huffmanLength(text);
      if (coded < length) {
        this.#integer(0x80, 0x7f, coded);
        this.at = huffmanEncode(text, this.#out, this.at);
        return;
      }
    }
    this.#integer(0, 0x7f, length);
    if (length < 12) {
      for (let i = 0; i < length; i++) this.#out[this.at + i] = text.charCodeAt(i);
    } else {
      writeLatin1(this.#out, text, this.at);
    }
    this.at += length;
  }

  /** RFC 7541, section 5.1. */
  #integer(first: number, mask: number, value: number): void {
    if (value < mask) {
      this.#out[this.at++] = first | value;
      return;
    }
    this.#out[this.at++] = first | mask;
    let rest = value - mask;
    while (rest >= 0x80) {
      this.#out[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#out[this.at++] = rest;
  }
}

const EMPTY = Buffer.alloc(0);
