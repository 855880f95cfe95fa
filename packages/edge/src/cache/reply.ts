import type { Call, OriginResponse, RawHeaders, ResponseSink } from "#stream.ts";
import { getHeader, withoutHeaders } from "#wire/headers.ts";
import { notModified, notModifiedHeaders } from "./conditional.ts";
import type { Entry } from "./entry.ts";
import { ifRangeHolds, parseRange, type Stretch } from "./range.ts";
import { BodySource, type Segment, WholeSource } from "./source.ts";
import type { View } from "./view.ts";

/** Nothing is left to call off. */
export const NO_CALL: Call = { cancel() {} };

/** A body in memory up to this size goes out as one chunk. */
const ONE_CHUNK = 262_144;

/** Answers one request from a stored response: whole, in part, or by a 304. */
export function reply(
  entry: Entry,
  view: View,
  now: number,
  headers: RawHeaders,
  sink: ResponseSink,
): Call {
  const { meta } = entry;
  if (
    (view.ifNoneMatch !== null || view.ifModifiedSince !== null) &&
    notModified(view, meta, now)
  ) {
    sink.response(bare(304, "Not Modified", notModifiedHeaders(headers), entry.body.length));
    return NO_CALL;
  }
  if (view.range !== null && meta.status === 200) {
    const call = replyRange(entry, view, now, headers, sink);
    if (call !== null) return call;
  }
  if (view.head || meta.status === 204) {
    sink.response(bare(meta.status, meta.reason, headers, entry.body.length));
    return NO_CALL;
  }
  const { whole } = entry.body;
  const source =
    whole !== null && whole.length <= ONE_CHUNK
      ? new WholeSource(whole)
      : new BodySource(entry.body, [{ from: 0, to: -1 }]);
  sink.response({
    status: meta.status,
    reason: meta.reason,
    headers,
    bodyLength: entry.body.length,
    body: source,
    tunnel: null,
  });
  return source;
}

/** Null where the whole is to be sent after all. */
function replyRange(
  entry: Entry,
  view: View,
  now: number,
  headers: RawHeaders,
  sink: ResponseSink,
): Call | null {
  const { body, meta } = entry;
  const total = body.length;
  if (total < 0) return null;
  if (view.ifRange !== null && !ifRangeHolds(view.ifRange, meta, now)) return null;
  const ranges = parseRange(view.range as string, total);
  if (ranges === null) return null;
  if (ranges.length === 0) {
    const kept = notModifiedHeaders(headers);
    kept.push("Content-Range", `bytes */${total}`);
    sink.response(bare(416, "Range Not Satisfiable", kept, 0));
    return NO_CALL;
  }
  return ranges.length === 1
    ? replySingle(entry, ranges[0] as Stretch, total, headers, sink)
    : replyMultipart(entry, ranges, total, headers, sink);
}

function replySingle(
  entry: Entry,
  range: Stretch,
  total: number,
  headers: RawHeaders,
  sink: ResponseSink,
): Call {
  headers.push("Content-Range", contentRange(range, total));
  const source = new BodySource(entry.body, [range]);
  sink.response(partial(headers, range.to - range.from, source));
  return source;
}

/** A stretch of a representation that is not stored whole; `range` lies within it. */
export function replyPart(
  entry: Entry,
  range: Stretch,
  headers: RawHeaders,
  sink: ResponseSink,
): Call {
  const { from, total } = entry.meta.part as { from: number; total: number };
  const kept = withoutHeaders(headers, (lower) => lower === "content-range");
  kept.push("Content-Range", contentRange(range, total));
  const source = new BodySource(entry.body, [{ from: range.from - from, to: range.to - from }]);
  sink.response(partial(kept, range.to - range.from, source));
  return source;
}

let boundaries = 0;

/** RFC 9110, section 14.6. */
function replyMultipart(
  entry: Entry,
  ranges: readonly Stretch[],
  total: number,
  headers: RawHeaders,
  sink: ResponseSink,
): Call {
  const type = getHeader(headers, "content-type");
  const boundary = `egide-${(++boundaries).toString(36)}-${crypto.randomUUID()}`;
  const segments: Segment[] = [];
  let length = 0;
  for (const range of ranges) {
    const field = type === undefined ? "" : `Content-Type: ${type}\r\n`;
    const head = latin1(
      `\r\n--${boundary}\r\n${field}Content-Range: ${contentRange(range, total)}\r\n\r\n`,
    );
    segments.push(head, range);
    length += head.length + range.to - range.from;
  }
  const tail = latin1(`\r\n--${boundary}--\r\n`);
  segments.push(tail);
  const kept = withoutHeaders(headers, (lower) => lower === "content-type");
  kept.push("Content-Type", `multipart/byteranges; boundary=${boundary}`);
  const source = new BodySource(entry.body, segments);
  sink.response(partial(kept, length + tail.length, source));
  return source;
}

function contentRange(range: Stretch, total: number): string {
  return `bytes ${range.from}-${range.to - 1}/${total}`;
}

function latin1(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

function partial(headers: RawHeaders, bodyLength: number, body: BodySource): OriginResponse {
  return { status: 206, reason: "Partial Content", headers, bodyLength, body, tunnel: null };
}

function bare(
  status: number,
  reason: string,
  headers: RawHeaders,
  bodyLength: number,
): OriginResponse {
  return { status, reason, headers, bodyLength, body: null, tunnel: null };
}

/** RFC 9111, section 5.2.1.7. */
export function replyOnlyIfCached(status: string, sink: ResponseSink): Call {
  sink.response(bare(504, "Gateway Timeout", ["Cache-Status", status], 0));
  return NO_CALL;
}
