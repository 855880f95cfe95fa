import type { AppError } from "@egide/std/error.ts";
import type { Call, OriginRequest, OriginResponse, RawHeaders, ResponseSink } from "#stream.ts";
import { getHeader } from "#wire/headers.ts";
import type { Entry } from "./entry.ts";
import { invalidate, isSafe, resolveUrl } from "./invalidate.ts";
import { keep } from "./keep.ts";
import { reply } from "./reply.ts";
import { freshened, type Fetched, judge } from "./storable.ts";
import { readView } from "./view.ts";
import type { Spot, ZoneCache } from "./zone.ts";

/** A request that goes to the origin for itself alone: not a GET, or one that the cache stays out of. */
export class Passing implements ResponseSink, Call {
  readonly #zone: ZoneCache;
  readonly #spot: Spot;
  readonly #request: OriginRequest;
  readonly #sink: ResponseSink;
  readonly #why: string;
  /** For HEAD: what a GET would be answered from. */
  readonly #entry: Entry | null;
  readonly #stamp: number;
  readonly #requestTime: number;
  #call: Call | null = null;
  #over = false;

  constructor(
    zone: ZoneCache,
    spot: Spot,
    request: OriginRequest,
    sink: ResponseSink,
    why: string,
    entry: Entry | null,
  ) {
    this.#zone = zone;
    this.#spot = spot;
    this.#request = request;
    this.#sink = sink;
    this.#why = why;
    this.#entry = entry;
    this.#stamp = zone.core.purges.stamp();
    this.#requestTime = zone.core.clock.now();
  }

  start(): void {
    const call = this.#zone.fetch(this.#request, this);
    if (!this.#over) this.#call = call;
  }

  cancel(): void {
    this.#over = true;
    this.#call?.cancel();
  }

  informational(status: number, headers: RawHeaders): void {
    if (!this.#over) this.#sink.informational(status, headers);
  }

  fail(error: AppError): void {
    if (this.#over) return;
    this.#over = true;
    const { method } = this.#request;
    const entry = this.#entry;
    if (method === "HEAD" && entry !== null && this.#zone.mayServeStale(entry)) {
      this.#zone.replyDown(entry, readView(this.#request, this.#zone.plan.honour), "", this.#sink);
      return;
    }
    this.#sink.fail(error);
  }

  response(response: OriginResponse): void {
    if (this.#over) {
      response.body?.cancel();
      return;
    }
    this.#over = true;
    const { core, plan } = this.#zone;
    const { method, target } = this.#request;
    const { site } = this.#spot;
    if (!isSafe(method) && response.status < 400 && response.tunnel === null) {
      invalidate(core, plan, site.zone, site.origin, target, response.headers);
    }
    if (method === "HEAD" && this.#entry !== null) this.#updateFromHead(this.#entry, response);
    if (method === "POST" && this.#keepPost(response)) return;
    response.headers.push("Cache-Status", `${core.name}; fwd=${this.#why}`);
    // The call is now the body's.
    this.#call = response.body;
    this.#sink.response(response);
    this.#over = false;
  }

  #fetched(stamp: number): Fetched {
    return {
      plan: this.#zone.plan,
      rule: this.#spot.rule,
      method: this.#request.method,
      url: this.#spot.url,
      requestHeaders: this.#request.headers,
      authorization: this.#spot.authorization,
      requestTime: this.#requestTime,
      responseTime: this.#zone.core.clock.now(),
      stamp,
    };
  }

  /** RFC 9111, section 4.3.5: the 200 to a HEAD freshens what it describes, and ages what it doesn't. */
  #updateFromHead(entry: Entry, response: OriginResponse): void {
    if (response.status !== 200 || entry.meta.status !== 200) return;
    const { etag, lastModified } = entry.meta;
    const same =
      agrees(getHeader(response.headers, "etag"), etag) &&
      agrees(getHeader(response.headers, "last-modified"), lastModified) &&
      (response.bodyLength < 0 || response.bodyLength === entry.body.length);
    if (!same) {
      entry.freshen({ ...entry.meta, lifetime: 0 });
      return;
    }
    const { meta, keep } = freshened(this.#fetched(this.#stamp), entry.meta, response.headers);
    if (keep) entry.freshen(meta);
    else this.#zone.core.store.remove(entry);
  }

  /** RFC 9110, section 9.3.3: a POST's answer that says it is what a GET of this URL would bring. */
  #keepPost(response: OriginResponse): boolean {
    const { core, plan } = this.#zone;
    const { site, key, url } = this.#spot;
    const reference = getHeader(response.headers, "content-location");
    if (reference === undefined || response.status !== 200) return false;
    if (resolveUrl(plan, site.origin, this.#request.target, reference) !== url) return false;
    // Stamped after the invalidation that this very request caused.
    const meta = judge(this.#fetched(core.purges.stamp()), response);
    if (typeof meta === "string") return false;
    const bucket = core.store.bucketOf(site, key, url);
    response.headers.push("Cache-Status", `${core.name}; fwd=method; stored`);
    keep(core, plan, bucket, meta, response, (entry) => {
      const view = { ...readView(this.#request, false), range: null, ifNoneMatch: null };
      const now = core.clock.now();
      this.#call = reply(
        entry,
        { ...view, ifModifiedSince: null },
        now,
        response.headers,
        this.#sink,
      );
    });
    return true;
  }
}

/** A validator that the response leaves out doesn't contradict. */
function agrees(received: string | undefined, stored: string): boolean {
  return received === undefined || received === stored;
}
