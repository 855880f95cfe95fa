import type { RawHeaders } from "#stream.ts";
import { getHeader, withoutHeaders } from "#wire/headers.ts";
import type { Entry, Meta } from "./entry.ts";
import { parseTags, weakMatch } from "./etag.ts";
import { dateValue } from "./freshness.ts";
import { parseHttpDate } from "./http-date.ts";
import type { View } from "./view.ts";

/** Fields with which a visitor asks for less than the whole. */
export function isPrecondition(lower: string): boolean {
  return (
    lower === "if-none-match" ||
    lower === "if-modified-since" ||
    lower === "if-range" ||
    lower === "range"
  );
}

/** True where a visitor's copy is as good as the stored response (RFC 9111, section 4.3.2). */
export function notModified(view: View, meta: Meta, now: number): boolean {
  if (meta.status !== 200) return false;
  if (view.ifNoneMatch !== null) {
    const tags = parseTags(view.ifNoneMatch);
    if (tags === null) return true;
    return meta.etag !== "" && tags.some((tag) => weakMatch(tag, meta.etag));
  }
  if (view.ifModifiedSince === null) return false;
  const since = parseHttpDate(view.ifModifiedSince, now);
  if (Number.isNaN(since)) return false;
  const modified = meta.lastModified === "" ? NaN : parseHttpDate(meta.lastModified, now);
  // Without Last-Modified, Date stands in, or the time of receipt.
  const at = Number.isNaN(modified) ? dateValue(meta.headers, meta.responseTime) : modified;
  return at <= since;
}

/** A 304 carries what a 200 would, less what only describes the body (RFC 9110, section 15.4.5). */
export function notModifiedHeaders(headers: RawHeaders): RawHeaders {
  return withoutHeaders(
    headers,
    (lower) =>
      lower === "content-type" ||
      lower === "content-encoding" ||
      lower === "content-language" ||
      lower === "content-range" ||
      lower === "content-md5",
  );
}

/** The visitor's fields with our own validators in place of theirs (RFC 9111, section 4.3.1). */
export function validatingHeaders(headers: RawHeaders, entry: Entry): RawHeaders {
  const out = withoutHeaders(headers, isPrecondition);
  if (entry.meta.etag !== "") out.push("If-None-Match", entry.meta.etag);
  if (entry.meta.lastModified !== "") out.push("If-Modified-Since", entry.meta.lastModified);
  return out;
}

export function hasValidator(meta: Meta): boolean {
  return meta.etag !== "" || meta.lastModified !== "";
}

/**
 * Whether a 304 speaks of the stored response (RFC 9111, section 4.3.4). The one entity tag that was
 * sent with If-None-Match names it, whatever tag the 304 carries; without a tag the 304 must not
 * name another Last-Modified than ours.
 */
export function confirms(meta: Meta, headers: RawHeaders): boolean {
  if (meta.etag !== "") return true;
  const modified = getHeader(headers, "last-modified");
  return modified === undefined || modified === meta.lastModified;
}
