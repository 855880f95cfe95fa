import type { RawHeaders } from "#stream.ts";
import { CLASS, COLON, CR, HT, LF, SP, TOKEN, VALUE } from "#wire/h1/chars.ts";
import { intern } from "#wire/h1/intern.ts";

/** Why a message head was refused; every one is a code of docs/reference/errors.md behind `http1.`. */
export type HeadFault =
  | "start_line"
  | "version"
  | "url_too_long"
  | "obs_fold"
  | "field_name"
  | "space_before_colon"
  | "field_value"
  | "bare_cr"
  | "bare_lf"
  | "too_many_fields"
  | "head_too_large";

/** Result of `readFields` where the field section is whole and well formed; else the fault. */
export type FieldsResult = "ok" | HeadFault;

/**
 * Reads the field section (RFC 9112, section 5) that starts at `at` and ends, with its empty line, at
 * `end`. Appends name, value, … to `out`, values without outer white space. Nothing is repaired: what
 * RFC 9112 leaves open to two readings is a fault.
 */
export function readFields(
  bytes: Uint8Array,
  at: number,
  end: number,
  maxFields: number,
  out: RawHeaders,
): FieldsResult {
  let p = at;
  for (let count = 0; ; count++) {
    const first = bytes[p] as number;
    if (first === CR) return p + 2 === end ? "ok" : "bare_cr";
    if (first === LF) return "bare_lf";
    if (first === SP || first === HT) return "obs_fold";
    if (count === maxFields) return "too_many_fields";
    let q = p;
    let byte = first;
    while (((CLASS[byte] as number) & TOKEN) !== 0) byte = bytes[++q] as number;
    if (byte !== COLON || q === p) return nameFault(byte, q === p);
    const name = intern(bytes, p, q);
    do byte = bytes[++q] as number;
    while (byte === SP || byte === HT);
    const start = q;
    while (((CLASS[byte] as number) & VALUE) !== 0) byte = bytes[++q] as number;
    if (byte !== CR) return byte === LF ? "bare_lf" : "field_value";
    if (bytes[q + 1] !== LF) return "bare_cr";
    let stop = q;
    while (stop > start && isBlank(bytes[stop - 1] as number)) stop--;
    out.push(name, intern(bytes, start, stop));
    p = q + 2;
  }
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HT;
}

function nameFault(stopped: number, empty: boolean): HeadFault {
  if (!empty && isBlank(stopped)) return "space_before_colon";
  if (stopped === CR) return "field_name";
  return stopped === LF ? "bare_lf" : "field_name";
}
