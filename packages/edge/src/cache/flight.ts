import type { AppError } from "@egide/std/error.ts";
import type { Call, OriginRequest, OriginResponse, RawHeaders, ResponseSink } from "#stream.ts";
import { withoutHeaders } from "#wire/headers.ts";
import { confirms, hasValidator, isPrecondition, validatingHeaders } from "./conditional.ts";
import type { Entry, Meta } from "./entry.ts";
import { keep, saveToDisk } from "./keep.ts";
import { completePart, keepPart, missingRange } from "./part.ts";
import { reply } from "./reply.ts";
import { freshened, type Fetched, judge } from "./storable.ts";
import { varyKey } from "./vary.ts";
import { wantsWhole } from "./view.ts";
import type { Waiter } from "./waiter.ts";
import type { Spot, ZoneCache } from "./zone.ts";

/** Why the origin is asked: the values of `fwd` in RFC 9211, section 2.2. */
export type Forward = "uri-miss" | "vary-miss" | "stale" | "request" | "partial" | "miss";

/**
 * One GET to the origin and everyone who waits for its answer. The first waiter's request is what is
 * sent. If the answer can be shared, all are served from the store while it fills; if not, only the
 * first one gets it, and the others go their own ways.
 */
export class Flight implements ResponseSink, Call {
  readonly #zone: ZoneCache;
  readonly spot: Spot;
  readonly #request: OriginRequest;
  readonly #leader: Waiter | null;
  #waiters: Waiter[] = [];
  /** What is being validated; perhaps served if the origin is down. */
  readonly #entry: Entry | null;
  readonly #why: Forward;
  readonly stamp: number;
  /** What the zone finds it by. */
  readonly name: string;
  #requestTime = 0;
  #call: Call | null = null;
  #validating = false;
  #completing: Entry | null = null;
  #over = false;

  constructor(
    zone: ZoneCache,
    spot: Spot,
    request: OriginRequest,
    leader: Waiter | null,
    entry: Entry | null,
    why: Forward,
    name = "",
  ) {
    this.#zone = zone;
    this.spot = spot;
    this.#request = request;
    this.#leader = leader;
    this.#entry = entry;
    this.#why = why;
    this.stamp = zone.core.purges.stamp();
    this.name = name;
    if (leader !== null) this.join(leader);
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  join(waiter: Waiter): void {
    this.#waiters.push(waiter);
    waiter.flight = this;
  }

  /** `plain`: without validators, because they led nowhere. */
  start(plain = false): void {
    const { core } = this.#zone;
    this.#requestTime = core.clock.now();
    this.#validating = !plain && this.#entry !== null && hasValidator(this.#entry.meta);
    const headers = this.#headers(plain);
    const own = this.#request;
    // Only GETs without a body get here; a refresh of what a HEAD was served is made one.
    const same = headers === own.headers && own.method === "GET";
    const call = this.#zone.fetch(same ? own : { ...own, method: "GET", headers }, this);
    if (!this.#over) this.#call = call;
  }

  #headers(plain: boolean): RawHeaders {
    const { headers } = this.#request;
    if (this.#validating) return validatingHeaders(headers, this.#entry as Entry);
    // A visitor's own conditions are kept where its answer is for it alone.
    if (this.spot.unstorable && !plain) return headers;
    const { view } = this.#leader ?? { view: null };
    if (view !== null && !wantsWhole(view) && this.#entry === null && !plain) return headers;
    const out = withoutHeaders(headers, isPrecondition);
    const part = plain ? null : missingRange(this.#zone, this.spot, this.#request);
    this.#completing = part;
    if (part !== null && part.meta.part !== null) {
      out.push("Range", `bytes=${part.body.length}-`, "If-Range", part.meta.etag);
    }
    return out;
  }

  /** The waiter's visitor is gone. */
  leave(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    if (this.#waiters.length === 0 && !this.#over && this.#leader !== null) this.cancel();
  }

  cancel(): void {
    if (this.#over) return;
    this.#finish();
    this.#call?.cancel();
  }

  #finish(): void {
    this.#over = true;
    this.#zone.landed(this);
    if (this.#entry !== null && this.#leader === null) this.#entry.refreshing = false;
  }

  informational(status: number, headers: RawHeaders): void {
    const leader = this.#leader;
    if (leader !== null && !leader.gone) leader.sink.informational(status, headers);
  }

  response(response: OriginResponse): void {
    if (this.#over) {
      response.body?.cancel();
      return;
    }
    const { plan } = this.#zone;
    const entry = this.#entry;
    const fetched = this.#fetched();
    if (this.#validating && response.status === 304) {
      if (confirms((entry as Entry).meta, response.headers)) this.#confirmed(fetched, response);
      else this.start(true);
      return;
    }
    if (this.#completing !== null) {
      if (response.status === 206) {
        this.#completed(fetched, response, this.#completing);
        return;
      }
      this.#completing = null;
    }
    if (plan.downStatuses.has(response.status) && entry !== null && this.#mayServeStale(entry)) {
      response.body?.cancel();
      this.#finish();
      this.#serveStale(entry, `; fwd-status=${response.status}`);
      return;
    }
    const whole = response.status === 206 ? "partial" : judge(fetched, response);
    this.#finish();
    if (typeof whole === "string") {
      const part = response.status === 206;
      if (!part) this.#remember(whole, response.status);
      const passed = part ? keepPart(this.#zone, this.spot, fetched, response) : response;
      this.#passThrough(passed, whole);
      return;
    }
    this.#store(whole, response, `${this.#told(response.status)}; stored`);
  }

  /** What can't be stored now will most likely not be stored the next time. */
  #remember(why: string, status: number): void {
    const { core } = this.#zone;
    const { site, key } = this.spot;
    const now = core.clock.now();
    core.store.setUnstorable(site, key, status, now);
    if (why === "no-store" || why === "private") site.forbid(key, now);
  }

  fail(error: AppError): void {
    if (this.#over) return;
    this.#finish();
    const entry = this.#entry;
    if (entry !== null && this.#mayServeStale(entry)) {
      this.#serveStale(entry, "");
      return;
    }
    for (const waiter of this.#take()) waiter.sink.fail(error);
  }

  #fetched(): Fetched {
    const { plan, core } = this.#zone;
    return {
      plan,
      rule: this.spot.rule,
      method: "GET",
      url: this.spot.url,
      requestHeaders: this.#request.headers,
      authorization: this.spot.authorization,
      requestTime: this.#requestTime,
      responseTime: core.clock.now(),
      stamp: this.stamp,
    };
  }

  /** Those who are still there; from here on each looks after itself. */
  #take(): Waiter[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.flight = null;
    return waiters;
  }

  #confirmed(fetched: Fetched, response: OriginResponse): void {
    const entry = this.#entry as Entry;
    const { core } = this.#zone;
    this.#finish();
    core.counters.validated++;
    const { meta, keep } = freshened(fetched, entry.meta, response.headers);
    entry.freshen(meta);
    const status = `${core.name}; fwd=stale; fwd-status=304`;
    if (keep) {
      saveToDisk(core, entry);
      this.#serve(entry, status, null);
      return;
    }
    // It has become private: nobody but the one whose request this answers may have it.
    const others = this.#waiters.filter((waiter) => waiter !== this.#leader);
    this.#waiters = this.#waiters.filter((waiter) => waiter === this.#leader);
    this.#serve(entry, status, null);
    core.store.remove(entry);
    core.disk?.forget(this.spot.site.scope, this.spot.key);
    for (const waiter of others) this.#zone.dispatch(waiter);
  }

  #completed(fetched: Fetched, response: OriginResponse, part: Entry): void {
    const joined = completePart(fetched, response, part);
    if (joined === null) {
      response.body?.cancel();
      this.start(true);
      return;
    }
    this.#finish();
    this.#store(joined.meta, joined.response, `${this.#zone.core.name}; fwd=partial; stored`, true);
  }

  #store(meta: Meta, response: OriginResponse, status: string, own = false): void {
    const { core, plan } = this.#zone;
    const bucket = core.store.bucketOf(this.spot.site, this.spot.key, this.spot.url);
    keep(core, plan, bucket, meta, response, (entry) => {
      this.#serve(entry, status, own ? null : response);
    });
  }

  /** Serves everyone whose request selects `entry`; `response` is the first one's own answer. */
  #serve(entry: Entry, status: string, response: OriginResponse | null): void {
    const { core } = this.#zone;
    const now = core.clock.now();
    const { vary, varyKey: stored } = entry.meta;
    for (const waiter of this.#take()) {
      if (waiter !== this.#leader && varyKey(vary, waiter.request.headers) !== stored) {
        this.#zone.dispatch(waiter);
        continue;
      }
      let headers: RawHeaders;
      if (waiter === this.#leader && response !== null) {
        headers = response.headers;
        headers.push("Cache-Status", status);
      } else {
        headers = entry.meta.headers.slice();
        const collapsed = waiter === this.#leader ? "" : "; collapsed";
        headers.push("Age", String(Math.floor(entry.age(now))), "Cache-Status", status + collapsed);
      }
      waiter.call = reply(entry, waiter.view, now, headers, waiter.sink);
    }
  }

  #passThrough(response: OriginResponse, why: string): void {
    const waiters = this.#take();
    const leader = this.#leader;
    if (leader !== null && !leader.gone && waiters.includes(leader)) {
      response.headers.push("Cache-Status", `${this.#told(response.status)}; detail=${why}`);
      if (response.body !== null) leader.call = response.body;
      leader.sink.response(response);
    } else {
      response.body?.cancel();
      response.tunnel?.abort();
    }
    for (const waiter of waiters) if (waiter !== leader) this.#zone.dispatch(waiter);
  }

  #told(status: number): string {
    const validated = this.#why === "stale" ? `; fwd-status=${status}` : "";
    return `${this.#zone.core.name}; fwd=${this.#why}${validated}`;
  }

  #mayServeStale(entry: Entry): boolean {
    if (this.#leader?.view.control.noCache === true) return false;
    return this.#zone.mayServeStale(entry);
  }

  #serveStale(entry: Entry, status: string): void {
    const { core } = this.#zone;
    for (const waiter of this.#take()) {
      waiter.call = this.#zone.replyDown(entry, waiter.view, status, waiter.sink);
      core.counters.stale++;
    }
  }
}
