import type { RawHeaders } from "#stream.ts";
import { CLASS, SP, TARGET, TOKEN } from "#wire/h1/chars.ts";
import { type HeadFault, readFields } from "#wire/h1/fields.ts";
import { intern } from "#wire/h1/intern.ts";

/** A request head as its bytes say, before its meaning is judged. */
export interface ParsedRequest {
  method: string;
  target: string;
  version: 10 | 11;
  readonly headers: RawHeaders;
}

export interface RequestLimits {
  readonly urlBytes: number;
  readonly headerCount: number;
}

/** "HTTP/1." as two little words would need alignment; compare bytes. */
const HTTP_1 = Buffer.from("HTTP/1.");

/**
 * Parses a request head (RFC 9112, section 3) in `bytes` from `start` to `end`, empty line included,
 * into `out` (whose header list must be empty). On a fault `out` keeps what was read up to it.
 */
export function parseRequest(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: RequestLimits,
  out: ParsedRequest,
): "ok" | HeadFault {
  let p = start;
  while (((CLASS[bytes[p] as number] as number) & TOKEN) !== 0) p++;
  if (p === start || bytes[p] !== SP) return "start_line";
  out.method = intern(bytes, start, p);
  const targetStart = ++p;
  while (((CLASS[bytes[p] as number] as number) & TARGET) !== 0) p++;
  out.target = intern(bytes, targetStart, p);
  if (p === targetStart || bytes[p] !== SP) return "start_line";
  if (p - targetStart > limits.urlBytes) return "url_too_long";
  p++;
  const version = readVersion(bytes, p, end);
  if (version === 0) return isHttp(bytes, p) ? "version" : "start_line";
  out.version = version;
  if (bytes[p + 8] !== 0x0d) return bytes[p + 8] === 0x0a ? "bare_lf" : "start_line";
  if (bytes[p + 9] !== 0x0a) return "bare_cr";
  return readFields(bytes, p + 10, end, limits.headerCount, out.headers);
}

function readVersion(bytes: Uint8Array, at: number, end: number): 0 | 10 | 11 {
  if (at + 8 > end) return 0;
  for (let i = 0; i < 7; i++) if (bytes[at + i] !== HTTP_1[i]) return 0;
  if (bytes[at + 7] === 0x31) return 11;
  return bytes[at + 7] === 0x30 ? 10 : 0;
}

/** True for a well-formed version that is not ours: 505 instead of 400. */
function isHttp(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 5; i++) if (bytes[at + i] !== HTTP_1[i]) return false;
  const major = bytes[at + 5] as number;
  const minor = bytes[at + 7] as number;
  return isDigit(major) && bytes[at + 6] === 0x2e && isDigit(minor) && bytes[at + 8] === 0x0d;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
