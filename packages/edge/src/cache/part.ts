import type { ByteSink, ByteSource, OriginRequest, OriginResponse, RawHeaders } from "#stream.ts";
import { getHeader } from "#wire/headers.ts";
import type { AppError } from "@egide/std/error.ts";
import { MemoryBody } from "./body.ts";
import { Entry, type Meta } from "./entry.ts";
import { isWeak } from "./etag.ts";
import { saveToDisk } from "./keep.ts";
import { parseContentRange, parseRange, type Stretch } from "./range.ts";
import { freshened, type Fetched, judge } from "./storable.ts";
import { varyKey } from "./vary.ts";
import type { Spot, ZoneCache } from "./zone.ts";

/** Stretches kept of one URL, one for each variant; more would be searched for too long. */
const MAX_PARTS = 8;

/**
 * A copy of a 206 goes into the store as its bytes pass by (RFC 9111, section 3.3). A response whose
 * Content-Range contradicts its length is passed on but not believed.
 */
export function keepPart(
  zone: ZoneCache,
  spot: Spot,
  fetched: Fetched,
  response: OriginResponse,
): OriginResponse {
  const { core } = zone;
  const range = parseContentRange(getHeader(response.headers, "content-range") ?? "");
  const length = response.bodyLength;
  if (response.body === null || range === null || range.to - range.from !== length) return response;
  if (length > core.memoryObjectBytes) return response;
  const judged = judge(fetched, { ...response, status: 200 });
  if (typeof judged === "string") return response;
  const headers = judged.headers.filter((_, i, all) => {
    return all[i - (i % 2)]?.toLowerCase() !== "content-range";
  });
  const part = { from: range.from, total: range.total };
  const meta: Meta = { ...judged, headers, status: 206, part };
  const body = new CopyingSource(response.body, length, (bytes) => {
    const bucket = core.store.bucketOf(spot.site, spot.key, spot.url);
    const joined = joinNeighbour(bucket.parts, new Entry(bucket, meta, new MemoryBody(bytes)));
    if (joined.body.length === range.total) {
      const all = { ...joined.meta, status: 200, reason: "OK", part: null };
      const entry = new Entry(bucket, all, joined.body);
      core.store.insert(entry, zone.plan.settings.limits.variants);
      saveToDisk(core, entry);
    } else core.store.insert(joined, MAX_PARTS);
    core.counters.stored++;
  });
  return { ...response, body };
}

/** Two stretches of the same strong validator that touch become one (RFC 9111, section 3.4). */
function joinNeighbour(parts: readonly Entry[], entry: Entry): Entry {
  const { meta } = entry;
  const mine = meta.part as { from: number; total: number };
  for (const other of parts) {
    const theirs = other.meta.part as { from: number; total: number };
    if (!sameRepresentation(meta, other.meta) || theirs.total !== mine.total) continue;
    const bytes = entry.body.whole as Uint8Array;
    const others = other.body.whole as Uint8Array;
    const from = Math.min(mine.from, theirs.from);
    const to = Math.max(mine.from + bytes.length, theirs.from + others.length);
    if (to - from > bytes.length + others.length) continue;
    const joined = new Uint8Array(to - from);
    joined.set(others, theirs.from - from);
    joined.set(bytes, mine.from - from);
    const part = { from, total: mine.total };
    return new Entry(entry.bucket, { ...meta, part }, new MemoryBody(joined));
  }
  return entry;
}

function sameRepresentation(a: Meta, b: Meta): boolean {
  return a.etag !== "" && a.etag === b.etag && !isWeak(a.etag) && a.varyKey === b.varyKey;
}

/** A stored stretch that holds what the request asks for, and where in the representation that is. */
export function coveringPart(
  parts: readonly Entry[],
  range: string,
  headers: RawHeaders,
): { entry: Entry; range: Stretch } | null {
  for (const entry of parts) {
    const { part, vary, varyKey: stored } = entry.meta;
    if (part === null || varyKey(vary, headers) !== stored) continue;
    const wanted = parseRange(range, part.total);
    const only = wanted?.length === 1 ? wanted[0] : undefined;
    if (only === undefined || only.from < part.from) continue;
    if (only.to <= part.from + entry.body.length) return { entry, range: only };
  }
  return null;
}

/** A stored beginning that asking for the rest would complete. Needs a strong validator. */
export function missingRange(zone: ZoneCache, spot: Spot, request: OriginRequest): Entry | null {
  const bucket = spot.site.buckets.get(spot.key);
  if (bucket === undefined) return null;
  for (const entry of bucket.parts) {
    const { part, etag, vary, varyKey: stored } = entry.meta;
    if (part === null || part.from !== 0 || etag === "" || isWeak(etag)) continue;
    if (varyKey(vary, request.headers) !== stored) continue;
    if (zone.core.purges.verdict(spot.site.zone, entry.meta) !== "keep") continue;
    return entry;
  }
  return null;
}

/** The stored beginning and the 206 that follows it, as one 200; null where they don't fit. */
export function completePart(
  fetched: Fetched,
  response: OriginResponse,
  entry: Entry,
): { meta: Meta; response: OriginResponse } | null {
  const range = parseContentRange(getHeader(response.headers, "content-range") ?? "");
  const { part, etag } = entry.meta;
  if (range === null || part === null || response.body === null) return null;
  if (range.from !== entry.body.length || range.to !== part.total) return null;
  if (range.total !== part.total || getHeader(response.headers, "etag") !== etag) return null;
  const base: Meta = { ...entry.meta, status: 200, reason: "OK", part: null };
  const { meta, keep } = freshened(fetched, base, response.headers);
  if (!keep) return null;
  const body = new PrefixedSource(entry.body.whole as Uint8Array, response.body);
  const { headers } = meta;
  return {
    meta,
    response: { status: 200, reason: "OK", headers, bodyLength: part.total, body, tunnel: null },
  };
}

/** Passes bytes on and keeps a copy, which is handed over if all `length` of them came. */
class CopyingSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #bytes: Uint8Array;
  readonly #done: (bytes: Uint8Array) => void;

  constructor(source: ByteSource, length: number, done: (bytes: Uint8Array) => void) {
    this.#source = source;
    this.#bytes = new Uint8Array(length);
    this.#done = done;
  }

  pipe(sink: ByteSink): void {
    let at = 0;
    this.#source.pipe({
      data: (chunk) => {
        if (at + chunk.length <= this.#bytes.length) this.#bytes.set(chunk, at);
        at += chunk.length;
        sink.data(chunk);
      },
      end: (trailers) => {
        if (at === this.#bytes.length) this.#done(this.#bytes);
        sink.end(trailers);
      },
      fail: (error: AppError) => sink.fail(error),
    });
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  cancel(): void {
    this.#source.cancel();
  }
}

class PrefixedSource implements ByteSource {
  readonly #prefix: Uint8Array;
  readonly #source: ByteSource;

  constructor(prefix: Uint8Array, source: ByteSource) {
    this.#prefix = prefix;
    this.#source = source;
  }

  pipe(sink: ByteSink): void {
    sink.data(this.#prefix);
    this.#source.pipe(sink);
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  cancel(): void {
    this.#source.cancel();
  }
}
