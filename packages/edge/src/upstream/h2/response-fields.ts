import type { RawHeaders } from "#stream.ts";
import { FAULT_NONE, type FieldSink } from "#wire/h2/hpack/decoder.ts";
import {
  CONNECTION_SPECIFIC,
  CONTENT_LENGTH,
  LAST_PSEUDO,
  type NameInfo,
  STATUS,
} from "#wire/h2/hpack/names.ts";
import { readLength } from "#wire/content-length.ts";

/** Reads the fields of a response head (RFC 9113, section 8.3.2); `status` 0 where it is malformed. */
export class ResponseFields implements FieldSink {
  status = 0;
  headers: RawHeaders = [];
  /** Content-Length, or -1. */
  length = -1;
  isMalformed = false;

  reset(): void {
    this.status = 0;
    this.headers = [];
    this.length = -1;
    this.isMalformed = false;
  }

  field(name: NameInfo, value: string, fault: number): void {
    if (fault !== FAULT_NONE) this.isMalformed = true;
    const { kind } = name;
    if (kind > 0 && kind <= LAST_PSEUDO) {
      if (kind !== STATUS || this.status !== 0 || this.headers.length > 0) this.isMalformed = true;
      else this.status = readStatus(value);
      if (this.status === 0) this.isMalformed = true;
    } else if (kind === CONNECTION_SPECIFIC) {
      this.isMalformed = true;
    } else if (kind === CONTENT_LENGTH) {
      const length = readLength(value);
      if (length < 0 || this.length >= 0) this.isMalformed = true;
      this.length = length;
    } else {
      this.headers.push(name.lower, value);
    }
  }

  finish(overflow: boolean): void {
    if (overflow || this.status === 0 || this.status === 101) this.isMalformed = true;
  }
}

/** Three digits from 100 on; else 0. */
function readStatus(value: string): number {
  if (value.length !== 3) return 0;
  let status = 0;
  for (let i = 0; i < 3; i++) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    status = status * 10 + digit;
  }
  return status < 100 ? 0 : status;
}
