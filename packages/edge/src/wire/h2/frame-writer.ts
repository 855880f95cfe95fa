import {
  CONTINUATION,
  END_HEADERS,
  FRAME_HEADER,
  GOAWAY,
  HEADERS,
  MAX_FRAME,
} from "#wire/h2/constants.ts";
import { fieldBound, type HpackEncoder } from "#wire/h2/hpack/encoder.ts";
import { CONNECTION_SPECIFIC, DATE, nameInfo } from "#wire/h2/hpack/names.ts";
import { type OutputOwner, output } from "#wire/h2/output.ts";
import type { RawHeaders } from "#stream.ts";

/** A frame of four octets of payload, or of none where `value` is -1. */
export function writeSmall(
  owner: OutputOwner,
  type: number,
  flags: number,
  id: number,
  value: number,
): void {
  output.reserve(owner, FRAME_HEADER + 4);
  output.head(value < 0 ? 0 : 4, type, flags, id);
  if (value >= 0) output.u32(value);
}

export function writeGoaway(
  owner: OutputOwner,
  lastId: number,
  code: number,
  detail: string,
): void {
  output.reserve(owner, FRAME_HEADER + 8 + detail.length);
  output.head(8 + detail.length, GOAWAY, 0, 0);
  output.u32(lastId);
  output.u32(code);
  for (let i = 0; i < detail.length; i++) output.buffer[output.at++] = detail.charCodeAt(i);
}

/** The fields of a message that are not in its list: pseudo-header fields, content-length, date. */
export interface HeadFields {
  /** Octets that both may write at most. */
  readonly bound: number;
  before(encoder: HpackEncoder): void;
  after(encoder: HpackEncoder, dated: boolean): void;
}

/** Writes a header block as HEADERS and, where it is long, CONTINUATION; answers its octets. */
export function writeHeaders(
  owner: OutputOwner,
  encoder: HpackEncoder,
  stream: { readonly id: number },
  head: HeadFields | null,
  fields: RawHeaders,
  flags: number,
  maxFrame: number,
): number {
  let bound = 64 + (head === null ? 0 : head.bound);
  for (let i = 0; i < fields.length; i++) bound += (fields[i] as string).length;
  bound += (fields.length >> 1) * fieldBound(0, 0);
  if (bound > MAX_FRAME)
    return writeLong(owner, encoder, stream.id, head, fields, flags, maxFrame, bound);
  output.reserve(owner, FRAME_HEADER + bound);
  const start = output.head(0, HEADERS, flags | END_HEADERS, stream.id);
  encoder.begin(output.buffer, output.at);
  encodeMessage(encoder, head, fields);
  output.at = encoder.at;
  output.close(start);
  output.mark(stream, start);
  return output.at - start;
}

function encodeMessage(encoder: HpackEncoder, head: HeadFields | null, fields: RawHeaders): void {
  head?.before(encoder);
  let dated = false;
  for (let i = 0; i < fields.length; i += 2) {
    const name = nameInfo(fields[i] as string);
    if (name.kind === DATE) dated = true;
    // A field of the other side's connection would make the message malformed.
    if (name.kind !== CONNECTION_SPECIFIC) encoder.field(name, fields[i + 1] as string);
  }
  head?.after(encoder, dated);
}

function writeLong(
  owner: OutputOwner,
  encoder: HpackEncoder,
  id: number,
  head: HeadFields | null,
  fields: RawHeaders,
  flags: number,
  maxFrame: number,
  bound: number,
): number {
  const block = Buffer.allocUnsafe(bound);
  encoder.begin(block, 0);
  encodeMessage(encoder, head, fields);
  const octets = encoder.at;
  const most = Math.min(maxFrame, MAX_FRAME);
  for (let at = 0; at === 0 || at < octets; at += most) {
    const length = Math.min(most, octets - at);
    const last = at + length >= octets ? END_HEADERS : 0;
    output.reserve(owner, FRAME_HEADER + length);
    output.head(length, at === 0 ? HEADERS : CONTINUATION, at === 0 ? flags | last : last, id);
    block.copy(output.buffer, output.at, at, at + length);
    output.at += length;
  }
  output.forget();
  return octets;
}
