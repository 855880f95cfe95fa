import type { RawHeaders } from "#stream.ts";
import { NOT_IN_TRAILERS } from "#wire/h1/body.ts";
import { FAULT_NONE, type FieldSink } from "#wire/h2/hpack/decoder.ts";
import { ENTRY_OVERHEAD } from "#wire/h2/hpack/decoder-table.ts";
import { CONNECTION_SPECIFIC, LAST_PSEUDO, type NameInfo } from "#wire/h2/hpack/names.ts";

/** Reads a trailer section (RFC 9113, section 8.1): plain fields, none that would change the message. */
export class TrailerFields implements FieldSink {
  readonly fields: RawHeaders = [];
  isMalformed = false;
  #left: number;

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  field(name: NameInfo, value: string, fault: number): void {
    const { kind } = name;
    this.#left -= name.lower.length + value.length + ENTRY_OVERHEAD;
    const pseudo = kind > 0 && kind <= LAST_PSEUDO;
    if (
      pseudo ||
      fault !== FAULT_NONE ||
      this.#left < 0 ||
      kind === CONNECTION_SPECIFIC ||
      NOT_IN_TRAILERS.has(name.lower)
    ) {
      this.isMalformed = true;
    } else {
      this.fields.push(name.lower, value);
    }
  }
}

/** Takes the fields of a block that has no message: it is decoded for the table's sake alone. */
export const NOBODY: FieldSink = { field: () => {} };
