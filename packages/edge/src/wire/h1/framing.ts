import type { RawHeaders } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";
import { isToken } from "#wire/h1/chars.ts";
import { readLength } from "#wire/content-length.ts";

/** Why the framing of a message is refused (behind `http1.` in docs/reference/errors.md). */
export type FramingFault =
  | "repeated_host"
  | "content_length"
  | "repeated_content_length"
  | "transfer_encoding"
  | "te_in_http10"
  | "cl_and_te"
  | "connection";

/** What the fields of a head say about the message itself (RFC 9112, sections 6, 7.4 and 9). */
export interface Framing {
  /** Bytes of the body; -1 where it is chunked; -2 where no field says. */
  length: number;
  /** Value of the one Host field; null without one. */
  host: string | null;
  close: boolean;
  keepAlive: boolean;
  /** Connection lists `upgrade`: the Upgrade field counts. */
  upgrade: boolean;
  upgradeTo: string | null;
  expectContinue: boolean;
  /** An Expect field with anything else in it. */
  expectOther: boolean;
  /** Lower-case names that Connection lists, besides close, keep-alive and upgrade; null without. */
  nominated: string[] | null;
}

export function emptyFraming(): Framing {
  return {
    length: -2,
    host: null,
    close: false,
    keepAlive: false,
    upgrade: false,
    upgradeTo: null,
    expectContinue: false,
    expectOther: false,
    nominated: null,
  };
}

export function resetFraming(framing: Framing): void {
  framing.length = -2;
  framing.host = null;
  framing.close = false;
  framing.keepAlive = false;
  framing.upgrade = false;
  framing.upgradeTo = null;
  framing.expectContinue = false;
  framing.expectOther = false;
  framing.nominated = null;
}

/** Reads the framing fields of a request or response head; the same strict rules serve both. */
export function readFraming(
  headers: RawHeaders,
  version: 10 | 11,
  out: Framing,
): "ok" | FramingFault {
  let chunked = false;
  let sawLength = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    switch (name.length) {
      case 4:
        if (nameIs(name, "host")) {
          if (out.host !== null) return "repeated_host";
          out.host = headers[i + 1] as string;
        }
        break;
      case 6:
        if (nameIs(name, "expect")) readExpect(headers[i + 1] as string, out);
        break;
      case 7:
        if (nameIs(name, "upgrade")) out.upgradeTo = headers[i + 1] as string;
        break;
      case 10:
        if (nameIs(name, "connection") && !readConnection(headers[i + 1] as string, out)) {
          return "connection";
        }
        break;
      case 14:
        if (nameIs(name, "content-length")) {
          if (sawLength) return "repeated_content_length";
          sawLength = true;
          const length = readLength(headers[i + 1] as string);
          if (length < 0) return "content_length";
          out.length = length;
        }
        break;
      case 17:
        if (nameIs(name, "transfer-encoding")) {
          // The one coding that both sides of a proxy must read alike; lists and repeats are not it.
          if (chunked || (headers[i + 1] as string).toLowerCase() !== "chunked") {
            return "transfer_encoding";
          }
          chunked = true;
        }
        break;
      default:
    }
  }
  if (!chunked) return "ok";
  if (sawLength) return "cl_and_te";
  if (version === 10) return "te_in_http10";
  out.length = -1;
  return "ok";
}

function readExpect(value: string, out: Framing): void {
  if (value.toLowerCase() === "100-continue") out.expectContinue = true;
  else out.expectOther = true;
}

/** Names that Connection must not take away from a message: doing so changes what it means. */
const NOT_NOMINABLE = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "content-type",
  "cookie",
  "authorization",
  "x-forwarded-for",
  "forwarded",
  "via",
  "cdn-loop",
  "cache-control",
]);

function readConnection(value: string, out: Framing): boolean {
  if (value === "keep-alive") {
    out.keepAlive = true;
    return true;
  }
  for (const part of value.split(",")) {
    const option = part.trim().toLowerCase();
    if (option === "") continue;
    if (option === "close") out.close = true;
    else if (option === "keep-alive") out.keepAlive = true;
    else if (option === "upgrade") out.upgrade = true;
    else if (!isToken(option) || NOT_NOMINABLE.has(option)) return false;
    else (out.nominated ??= []).push(option);
  }
  return true;
}

/** Fields that belong to one hop (RFC 9110, section 7.6.1), by lower-case name. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** True where a field must not travel on: it is of this hop, or Connection nominated it. */
export function isHopByHop(lower: string, nominated: readonly string[] | null): boolean {
  return HOP_BY_HOP.has(lower) || (nominated?.includes(lower) ?? false);
}
