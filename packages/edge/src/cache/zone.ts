import type { Call, Fetch, OriginRequest, ResponseSink } from "#stream.ts";
import { hasValidator } from "./conditional.ts";
import type { Core } from "./core.ts";
import { decide } from "./decide.ts";
import { Entry, Site } from "./entry.ts";
import { Flight, type Forward } from "./flight.ts";
import { cacheKey, keyTarget } from "./key.ts";
import { coveringPart } from "./part.ts";
import { Passing } from "./pass.ts";
import { reply, replyOnlyIfCached, replyPart } from "./reply.ts";
import { type PathRule, type Plan, ruleFor } from "./settings.ts";
import { varyKey } from "./vary.ts";
import { Unkept } from "./unkept.ts";
import { readView, type View, wantsWhole } from "./view.ts";
import { Waiter } from "./waiter.ts";

/** Where in the store a request belongs. */
export interface Spot {
  readonly site: Site;
  readonly key: string;
  readonly url: string;
  readonly rule: PathRule | null;
  readonly authorization: boolean;
  /** The last answer could not be stored: nobody waits for the next one. */
  readonly unstorable: boolean;
}

/** Sites of a zone by host; they outlive a change of settings. */
export interface Sites {
  readonly http: Map<string, Site>;
  readonly https: Map<string, Site>;
}

/** Hosts of one zone that are kept apart in memory. A wildcard zone may be asked for any name. */
const MAX_SITES = 10_000;

/** The cache before one zone's origins. */
export class ZoneCache {
  readonly core: Core;
  readonly plan: Plan;
  readonly fetch: Fetch;
  readonly #id: string;
  readonly #sites: Sites;
  readonly #flights = new Map<string, Flight>();
  readonly #unkept: string;

  constructor(core: Core, plan: Plan, id: string, sites: Sites, fetch: Fetch) {
    this.core = core;
    this.plan = plan;
    this.fetch = fetch;
    this.#id = id;
    this.#sites = sites;
    this.#unkept = `${core.name}; fwd=uri-miss; detail=forbidden`;
  }

  handle(request: OriginRequest, sink: ResponseSink): Call {
    const { core, plan } = this;
    const { method, target, headers } = request;
    const rule = ruleFor(plan, target);
    const get = method === "GET" || method === "HEAD";
    const outside = rule?.mode === "bypass" || request.upgrade !== null || target === "*";
    if (!get || request.body !== null || outside) {
      return this.#pass(request, sink, rule, get || outside ? "bypass" : "method");
    }
    const view = readView(request, plan.honour);
    const site = this.#site(request);
    const key = cacheKey(plan, target, headers);
    const bucket = site.buckets.get(key);
    const entry = bucket === undefined ? null : core.store.find(bucket, headers);
    if (entry !== null && !view.stateful) {
      const now = core.clock.now();
      const age = entry.age(now);
      const decision = decide(entry.meta, age, view.control);
      if (decision !== "validate") {
        core.counters.hits++;
        if (decision === "refresh") this.#refresh(entry, request, rule);
        if (decision !== "fresh") core.counters.stale++;
        return reply(entry, view, now, entry.hitHeaders(age, core.name), sink);
      }
    }
    if (bucket === undefined && !view.control.onlyIfCached && !view.head) {
      if (site.isForbidden(key, core.clock.now())) {
        core.counters.bypassed++;
        return this.fetch(request, new Unkept(sink, this.#unkept));
      }
    }
    return this.#miss(request, view, sink, site, key, rule, entry);
  }

  #miss(
    request: OriginRequest,
    view: View,
    sink: ResponseSink,
    site: Site,
    key: string,
    rule: PathRule | null,
    entry: Entry | null,
  ): Call {
    const { core } = this;
    const spot = this.#spot(site, request, key, rule, view.authorization);
    const bucket = site.buckets.get(key);
    if (view.range !== null && view.ifRange === null && entry === null && bucket !== undefined) {
      const call = this.#fromPart(bucket.parts, request, view, sink);
      if (call !== null) return call;
    }
    const waiter = new Waiter(request, view, sink);
    if (entry === null && core.disk !== null && !spot.unstorable && !view.stateful) {
      core.disk.find(spot.site.scope, key, request.headers, (found) => {
        if (waiter.gone) return;
        if (found === null) {
          this.#forward(waiter, spot, null);
          return;
        }
        core.counters.diskHits++;
        const home = core.store.bucketOf(site, key, spot.url);
        if (core.store.find(home, request.headers) === null) {
          core.store.insert(
            new Entry(home, found.meta, found.body),
            this.plan.settings.limits.variants,
          );
        }
        waiter.call = this.#again(waiter, spot);
      });
      return waiter;
    }
    this.#forward(waiter, spot, entry);
    return waiter;
  }

  /** After the disk brought something to memory. */
  #again(waiter: Waiter, spot: Spot): Call | null {
    const { core } = this;
    const { request, view, sink } = waiter;
    const bucket = spot.site.buckets.get(spot.key);
    const entry = bucket === undefined ? null : core.store.find(bucket, request.headers);
    if (entry !== null) {
      const now = core.clock.now();
      const age = entry.age(now);
      const decision = decide(entry.meta, age, view.control);
      if (decision !== "validate") {
        core.counters.hits++;
        if (decision === "refresh") this.#refresh(entry, request, spot.rule);
        return reply(entry, view, now, entry.hitHeaders(age, core.name), sink);
      }
    }
    this.#forward(waiter, spot, entry);
    return waiter.call;
  }

  /** For those who waited in vain: their own answer from the store or the origin. */
  dispatch(waiter: Waiter): void {
    if (waiter.gone) return;
    const { request, view, sink } = waiter;
    const site = this.#site(request);
    const key = cacheKey(this.plan, request.target, request.headers);
    const rule = ruleFor(this.plan, request.target);
    const spot = this.#spot(site, request, key, rule, view.authorization);
    const bucket = site.buckets.get(key);
    const entry = bucket === undefined ? null : this.core.store.find(bucket, request.headers);
    const now = this.core.clock.now();
    if (entry !== null && decide(entry.meta, entry.age(now), view.control) === "fresh") {
      waiter.call = reply(entry, view, now, entry.hitHeaders(entry.age(now), this.core.name), sink);
    } else this.#forward(waiter, spot, entry);
  }

  #forward(waiter: Waiter, spot: Spot, entry: Entry | null): void {
    const { core, plan } = this;
    const { request, view, sink } = waiter;
    const { site } = spot;
    if (view.control.onlyIfCached) {
      waiter.call = replyOnlyIfCached(`${core.name}; detail=only-if-cached`, sink);
      return;
    }
    const why = this.#why(spot, view, entry);
    if (view.head || view.stateful || view.control.noStore) {
      core.counters.bypassed++;
      const passing = new Passing(this, spot, request, sink, why, view.head ? entry : null);
      waiter.call = passing;
      passing.start();
      return;
    }
    core.counters.misses++;
    const shared = this.#mayShare(spot, view, entry);
    const name = shared ? this.#flightName(spot, request) : "";
    const known = shared ? this.#flights.get(name) : undefined;
    if (known !== undefined && !core.purges.since(site.zone, spot.url, known.stamp)) {
      if (known.waiting < plan.settings.collapse.maxWaiters) {
        core.counters.collapsed++;
        known.join(waiter);
        return;
      }
    }
    const flight = new Flight(this, spot, request, waiter, entry, why, name);
    if (shared) this.#flights.set(name, flight);
    flight.start();
  }

  #mayShare(spot: Spot, view: View, entry: Entry | null): boolean {
    if (!this.plan.settings.collapse.enabled || spot.unstorable || spot.authorization) return false;
    if (view.control.noCache || view.control.maxAge >= 0 || view.control.minFresh >= 0)
      return false;
    return wantsWhole(view) || entry !== null;
  }

  #why(spot: Spot, view: View, entry: Entry | null): Forward {
    if (entry !== null) {
      const { noCache, maxAge, minFresh } = view.control;
      const fresh = entry.age(this.core.clock.now()) < entry.meta.lifetime && !entry.meta.noCache;
      return fresh && (noCache || maxAge >= 0 || minFresh >= 0) ? "request" : "stale";
    }
    const bucket = spot.site.buckets.get(spot.key);
    if (bucket === undefined) return "uri-miss";
    return bucket.entries.length > 0 ? "vary-miss" : "partial";
  }

  #fromPart(
    parts: readonly Entry[],
    request: OriginRequest,
    view: View,
    sink: ResponseSink,
  ): Call | null {
    const found = coveringPart(parts, view.range as string, request.headers);
    if (found === null) return null;
    const { entry, range } = found;
    if (this.core.purges.verdict(this.#id, entry.meta) !== "keep") return null;
    const age = entry.age(this.core.clock.now());
    if (decide(entry.meta, age, view.control) !== "fresh") return null;
    this.core.counters.hits++;
    return replyPart(entry, range, entry.hitHeaders(age, this.core.name), sink);
  }

  #refresh(entry: Entry, request: OriginRequest, rule: PathRule | null): void {
    if (entry.refreshing) return;
    entry.refreshing = true;
    const { site, key } = entry.bucket;
    const spot = this.#spot(site, request, key, rule, false);
    const flight = new Flight(this, spot, { ...request }, null, entry, "stale");
    flight.start(!hasValidator(entry.meta));
  }

  #pass(request: OriginRequest, sink: ResponseSink, rule: PathRule | null, why: string): Call {
    this.core.counters.bypassed++;
    const { target, headers } = request;
    const key = cacheKey(this.plan, target, headers);
    const site = this.#site(request);
    const passing = new Passing(
      this,
      this.#spot(site, request, key, rule, false),
      request,
      sink,
      why,
      null,
    );
    passing.start();
    return passing;
  }

  landed(flight: Flight): void {
    if (flight.name !== "" && this.#flights.get(flight.name) === flight)
      this.#flights.delete(flight.name);
  }

  /** Who waits for the same answer: by key, and by variant as far as Vary is known. */
  #flightName(spot: Spot, request: OriginRequest): string {
    const vary = spot.site.buckets.get(spot.key)?.entries[0]?.meta.vary ?? [];
    return spot.site.scope + spot.key + varyKey(vary, request.headers);
  }

  /** Always online: may this be shown in place of an origin that is down? */
  mayServeStale(entry: Entry): boolean {
    const { meta } = entry;
    if (meta.mustRevalidate || meta.noCache) return false;
    if (this.core.purges.verdict(this.#id, meta) === "hard") return false;
    const { alwaysOnline } = this.plan.settings;
    const staleness = entry.age(this.core.clock.now()) - meta.lifetime;
    const bound = Math.max(meta.staleIfError, alwaysOnline.enabled ? alwaysOnline.maxSeconds : 0);
    return staleness <= bound;
  }

  replyDown(entry: Entry, view: View, status: string, sink: ResponseSink): Call {
    const now = this.core.clock.now();
    const headers = entry.meta.headers.slice();
    headers.push("Age", String(Math.floor(entry.age(now))));
    headers.push("Cache-Status", `${this.core.name}; fwd=stale${status}; detail=origin-down`);
    headers.push("Egide-Stale", "origin-down");
    return reply(entry, view, now, headers, sink);
  }

  #spot(
    site: Site,
    request: OriginRequest,
    key: string,
    rule: PathRule | null,
    authorization: boolean,
  ): Spot {
    return {
      site,
      key,
      url: site.origin + keyTarget(this.plan, request.target),
      rule,
      authorization,
      unstorable: this.core.store.isUnstorable(site, key, this.core.clock.now()),
    };
  }

  #site(request: OriginRequest): Site {
    const map = this.#sites[request.scheme];
    let site = map.get(request.authority);
    if (site !== undefined) return site;
    site = new Site(this.#id, `${request.scheme}://${request.authority}`);
    if (map.size >= MAX_SITES)
      for (const [name, known] of map) {
        if (known.buckets.size === 0) map.delete(name);
      }
    // Too many hosts that all hold something: this one's responses are found by nobody else.
    if (map.size < MAX_SITES) map.set(request.authority, site);
    return site;
  }
}
