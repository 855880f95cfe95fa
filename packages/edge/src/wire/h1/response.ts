import type { RawHeaders } from "#stream.ts";
import { CLASS, CR, LF, SP, VALUE } from "#wire/h1/chars.ts";
import { type HeadFault, readFields } from "#wire/h1/fields.ts";
import { intern } from "#wire/h1/intern.ts";

export interface ParsedResponse {
  status: number;
  reason: string;
  version: 10 | 11;
  readonly headers: RawHeaders;
}

const HTTP_1 = Buffer.from("HTTP/1.");

/**
 * Parses a response head (RFC 9112, section 4) like `parseRequest`. A missing reason phrase is taken
 * with or without the space before it, as section 4 asks of clients.
 */
export function parseResponse(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxFields: number,
  out: ParsedResponse,
): "ok" | HeadFault {
  for (let i = 0; i < 7; i++) if (bytes[start + i] !== HTTP_1[i]) return "version";
  const minor = bytes[start + 7];
  if (minor !== 0x30 && minor !== 0x31) return "version";
  out.version = minor === 0x31 ? 11 : 10;
  if (bytes[start + 8] !== SP) return "start_line";
  const a = (bytes[start + 9] as number) - 0x30;
  const b = (bytes[start + 10] as number) - 0x30;
  const c = (bytes[start + 11] as number) - 0x30;
  if (!(a >= 1 && a <= 9 && b >= 0 && b <= 9 && c >= 0 && c <= 9)) return "start_line";
  out.status = a * 100 + b * 10 + c;
  let p = start + 12;
  if (bytes[p] === SP) p++;
  else if (bytes[p] !== CR) return bytes[p] === LF ? "bare_lf" : "start_line";
  const reasonStart = p;
  while (((CLASS[bytes[p] as number] as number) & VALUE) !== 0) p++;
  if (bytes[p] !== CR) return bytes[p] === LF ? "bare_lf" : "start_line";
  if (bytes[p + 1] !== LF) return "bare_cr";
  out.reason = intern(bytes, reasonStart, p);
  return readFields(bytes, p + 2, end, maxFields, out.headers);
}
