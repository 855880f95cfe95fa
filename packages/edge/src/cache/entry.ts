import type { RawHeaders } from "#stream.ts";
import type { StoredBody } from "./body.ts";
import type { Freshness } from "./decide.ts";
import type { Queued } from "./fifo.ts";

/** What a stored response says of itself; everything but its body. Written to disk as it is. */
export interface Meta extends Freshness {
  readonly status: number;
  readonly reason: string;
  /** Without Age and what RFC 9111, section 3.1, forbids to store. */
  readonly headers: RawHeaders;
  /** `scheme://host/target` after the zone's query rules: what purges are matched with. */
  readonly url: string;
  readonly requestTime: number;
  readonly responseTime: number;
  /** corrected_initial_age, in seconds. */
  readonly initialAge: number;
  readonly lifetime: number;
  readonly staleIfError: number;
  readonly etag: string;
  /** As received; "" where there is none. */
  readonly lastModified: string;
  readonly vary: readonly string[];
  readonly varyKey: string;
  readonly language: string;
  readonly tags: readonly string[];
  /** When the request that brought it was made, on the purge table's clock. */
  readonly stamp: number;
  /** Set: the body is this stretch of a representation of `total` bytes. */
  readonly part: { readonly from: number; readonly total: number } | null;
}

/** A stored response in a worker's memory (its body may lie on disk). */
export class Entry implements Queued {
  readonly id: string;
  meta: Meta;
  body: StoredBody;
  weight: number;
  visits = 0;
  home: "none" | "small" | "main" = "none";
  /** Bytes are still coming in. */
  filling = false;
  /** What it replaced: comes back if the new body never arrives whole. */
  previous: Entry | null = null;
  /** Serial of the purge table when this was last compared with it. */
  checked = 0;
  /** A validation runs behind the visitors' backs. */
  refreshing = false;
  readonly bucket: Bucket;
  #ageSeconds = -1;
  #ageText = "";
  #statusText = "";

  constructor(bucket: Bucket, meta: Meta, body: StoredBody) {
    this.bucket = bucket;
    this.id = bucket.key + meta.varyKey;
    this.meta = meta;
    this.body = body;
    this.weight = weigh(meta, body);
  }

  /** current_age of RFC 9111, section 4.2.3, in seconds. */
  age(now: number): number {
    return this.meta.initialAge + Math.max(0, now - this.meta.responseTime) / 1000;
  }

  /** Stored fields with Age and Cache-Status, the two texts made once a second at most. */
  hitHeaders(age: number, cacheName: string): RawHeaders {
    const seconds = Math.floor(age);
    if (seconds !== this.#ageSeconds) {
      this.#ageSeconds = seconds;
      this.#ageText = String(seconds);
      this.#statusText = `${cacheName}; hit; ttl=${Math.ceil(this.meta.lifetime) - seconds}`;
    }
    const headers = this.meta.headers.slice();
    headers.push("Age", this.#ageText, "Cache-Status", this.#statusText);
    return headers;
  }

  /** New metadata for the same body (a 304, a HEAD, a soft purge). */
  freshen(meta: Meta): void {
    this.meta = meta;
    this.#ageSeconds = -1;
  }
}

/** What an open file counts for, so that memory's bound is a bound of descriptors, too. */
const FILE_WEIGHT = 65_536;

/** Memory of everything an entry drags along, roughly: objects and strings cost besides bytes. */
export function weigh(meta: Meta, body: StoredBody): number {
  let bytes = 768 + meta.url.length + meta.varyKey.length;
  for (const text of meta.headers) bytes += text.length + 24;
  for (const tag of meta.tags) bytes += tag.length + 24;
  return bytes + (body.whole?.length ?? FILE_WEIGHT);
}

/** Stored responses of one key: at most one for each combination of Vary's values. */
export class Bucket {
  readonly key: string;
  readonly url: string;
  readonly site: Site;
  /** The newest first. */
  readonly entries: Entry[] = [];
  /** Stretches of representations that were never seen whole. */
  readonly parts: Entry[] = [];

  constructor(site: Site, key: string, url: string) {
    this.site = site;
    this.key = key;
    this.url = url;
  }
}

/** Opens the keys of one site on disk and in lists of all sites. */
export function siteScope(zone: string, origin: string): string {
  return `${zone}\x01${origin}`;
}

const MAX_FORBIDDEN = 4096;
const FORBIDDEN_MS = 10_000;

/** One scheme and host of a zone. */
export class Site {
  readonly zone: string;
  /** `https://example.org` */
  readonly origin: string;
  /** Tells the keys of one site from those of all others. */
  readonly scope: string;
  readonly buckets = new Map<string, Bucket>();
  /** Keys whose last answer forbade storing, with the time from which the next is judged again. */
  readonly #forbidden = new Map<string, number>();
  /** Keys whose last response could not be stored, until when that is remembered. */
  readonly unstorable = new Map<string, number>();

  constructor(zone: string, origin: string) {
    this.zone = zone;
    this.origin = origin;
    this.scope = siteScope(zone, origin);
  }

  forbid(key: string, now: number): void {
    if (this.#forbidden.size >= MAX_FORBIDDEN) this.#forbidden.clear();
    this.#forbidden.set(key, now + FORBIDDEN_MS);
  }

  isForbidden(key: string, now: number): boolean {
    const until = this.#forbidden.get(key);
    // Also after the clock was set back by hours.
    return until !== undefined && now < until && until - now <= FORBIDDEN_MS;
  }
}
