import { nameIs } from "#wire/headers.ts";

/** What the response side does with a field. Numbers, because this is asked for every field served. */
export const PLAIN = 0;
/** Concerns one connection, or is the front's to write: never passed on (RFC 9110, section 7.6.1). */
export const HOP_BY_HOP = 1;
export const SERVER = 2;
export const ALT_SVC = 3;
export const HSTS = 4;
export const CONTENT_TYPE = 5;
export const CONTENT_ENCODING = 6;
export const CACHE_CONTROL = 7;
export const CONTENT_RANGE = 8;
export const ETAG = 9;
export const VARY = 10;
/** Vouches for the very bytes of the content: such a body is not coded again. */
export const DIGEST = 11;
export const ACCEPT_RANGES = 12;

/** Sorts by length first, so that most names are told apart without a comparison. */
export function fieldKind(name: string): number {
  switch (name.length) {
    case 2:
      return nameIs(name, "te") ? HOP_BY_HOP : PLAIN;
    case 4:
      if (nameIs(name, "date")) return PLAIN;
      if (nameIs(name, "etag")) return ETAG;
      return nameIs(name, "vary") ? VARY : PLAIN;
    case 6:
      if (nameIs(name, "digest")) return DIGEST;
      return nameIs(name, "server") ? SERVER : PLAIN;
    case 7:
      if (nameIs(name, "alt-svc")) return ALT_SVC;
      return nameIs(name, "upgrade") ? HOP_BY_HOP : PLAIN;
    case 10:
      if (nameIs(name, "connection")) return HOP_BY_HOP;
      return nameIs(name, "keep-alive") ? HOP_BY_HOP : PLAIN;
    case 11:
      if (nameIs(name, "content-md5")) return DIGEST;
      return nameIs(name, "repr-digest") ? DIGEST : PLAIN;
    case 12:
      return nameIs(name, "content-type") ? CONTENT_TYPE : PLAIN;
    case 13:
      if (nameIs(name, "cache-control")) return CACHE_CONTROL;
      if (nameIs(name, "accept-ranges")) return ACCEPT_RANGES;
      return nameIs(name, "content-range") ? CONTENT_RANGE : PLAIN;
    case 14:
      if (nameIs(name, "content-digest")) return DIGEST;
      return nameIs(name, "content-length") ? HOP_BY_HOP : PLAIN;
    case 16:
      if (nameIs(name, "content-encoding")) return CONTENT_ENCODING;
      return nameIs(name, "proxy-connection") ? HOP_BY_HOP : PLAIN;
    case 17:
      return nameIs(name, "transfer-encoding") ? HOP_BY_HOP : PLAIN;
    case 18:
      return nameIs(name, "proxy-authenticate") ? HOP_BY_HOP : PLAIN;
    case 25:
      return nameIs(name, "strict-transport-security") ? HSTS : PLAIN;
    default:
      return PLAIN;
  }
}
