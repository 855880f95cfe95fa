import type { AppError } from "@egide/std/error.ts";
import { WheelTimer } from "@egide/std/wheel.ts";
import type { Call, OriginRequest, OriginResponse, RawHeaders, ResponseSink } from "#stream.ts";
import { Leg, type LegHost } from "#upstream/leg.ts";
import type { Origin } from "#upstream/origin.ts";
import { RequestBody } from "#upstream/request-body.ts";
import { afterFailure, isIdempotent, type Progress } from "#upstream/retry/policy.ts";
import type { Site } from "#upstream/site.ts";

/** One request and its attempts: the first, those after failures, and a hedge beside it. */
export class Transfer implements Call, LegHost {
  readonly request: OriginRequest;
  readonly body: RequestBody | null;
  readonly #site: Site;
  #sink: ResponseSink | null;
  #leg: Leg | null = null;
  #hedge: Leg | null = null;
  #hedgeTimer: WheelTimer | null = null;
  #tried: Origin[] | null = null;
  #left: number;
  #starting = true;

  constructor(site: Site, request: OriginRequest, sink: ResponseSink) {
    const { retry } = site.settings;
    this.request = request;
    this.#site = site;
    this.#sink = sink;
    this.#left = retry.attempts;
    const keep = isIdempotent(request.method) ? retry.replayBytes : 0;
    this.body =
      request.body === null ? null : new RequestBody(request.body, request.bodyLength, keep);
  }

  start(): this {
    const origin = this.#site.pick(this.request, null);
    if (origin === null) this.#fail(this.#site.unavailable());
    else {
      this.#site.beganRequest();
      this.#armHedge();
      this.#leg = new Leg(this, origin, this.#site.clock, this.#site.report);
      this.#leg.start();
    }
    this.#starting = false;
    return this;
  }

  cancel(): void {
    if (this.#sink === null && this.#leg === null && this.#hedge === null) return;
    this.#sink = null;
    this.#dropLegs(null);
    this.body?.stop();
  }

  legInformed(leg: Leg, status: number, headers: RawHeaders): void {
    // Of a hedge only the final answer is passed on: hints of both would be mixed up.
    if (leg === this.#leg) this.#sink?.informational(status, headers);
  }

  legResponded(leg: Leg, response: OriginResponse): void {
    const sink = this.#sink;
    if (sink === null) return;
    if (this.#hedge === null && this.#retriesStatus(response.status)) {
      const next = this.#another(leg);
      if (next !== null) {
        leg.cancel();
        this.#swap(next);
        return;
      }
    }
    this.#sink = null;
    this.#dropLegs(leg);
    this.#leg = leg;
    this.body?.forget();
    const sticky = this.#site.stickyCookie(this.request, leg.origin);
    sink.response(sticky === null ? response : { ...response, sticky });
  }

  legFailed(leg: Leg, error: AppError, progress: Progress): void {
    if (this.#sink === null) return;
    const other = leg === this.#hedge ? this.#leg : this.#hedge;
    this.#leg = other;
    this.#hedge = null;
    // The other of the two is still under way.
    if (other !== null) return;
    const follows = afterFailure({
      progress,
      idempotent: isIdempotent(this.request.method),
      replayable: this.body === null || this.body.isReplayable,
      mendable: error.retry,
    });
    const next = follows === "elsewhere" ? this.#another(leg) : null;
    if (next === null) this.#fail(error);
    else this.#swap(next);
  }

  /** An origin not tried yet, if the rules and the budget allow for another attempt. */
  #another(failed: Leg): Origin | null {
    if (this.#left <= 0) return null;
    const tried = (this.#tried ??= []);
    tried.push(failed.origin);
    const origin = this.#site.pick(this.request, tried);
    if (origin === null || !this.#site.mayRetry()) return null;
    this.#left--;
    return origin;
  }

  #swap(origin: Origin): void {
    this.#leg = new Leg(this, origin, this.#site.clock, this.#site.report);
    this.#leg.start();
  }

  #retriesStatus(status: number): boolean {
    const { statuses } = this.#site.settings.retry;
    if (statuses.length === 0 || !statuses.includes(status)) return false;
    return isIdempotent(this.request.method) && (this.body === null || this.body.isReplayable);
  }

  #fail(error: AppError): void {
    this.#dropLegs(null);
    this.body?.stop();
    const sink = this.#sink;
    if (sink === null) return;
    if (!this.#starting) {
      this.#sink = null;
      sink.fail(error);
      return;
    }
    // The caller has no Call yet: it hears of it once it has.
    queueMicrotask(() => {
      const still = this.#sink;
      this.#sink = null;
      still?.fail(error);
    });
  }

  #dropLegs(keep: Leg | null): void {
    if (this.#hedgeTimer !== null) this.#site.wheel.cancel(this.#hedgeTimer);
    this.#hedgeTimer = null;
    const leg = this.#leg;
    const hedge = this.#hedge;
    this.#leg = null;
    this.#hedge = null;
    if (leg !== keep) leg?.cancel();
    if (hedge !== keep) hedge?.cancel();
  }

  #armHedge(): void {
    const { hedgeSeconds } = this.#site.settings.retry;
    const { method, body, upgrade } = this.request;
    if (hedgeSeconds === undefined || body !== null || upgrade !== null) return;
    if (method !== "GET" && method !== "HEAD") return;
    this.#hedgeTimer = new WheelTimer(() => this.#startHedge());
    this.#site.wheel.schedule(this.#hedgeTimer, hedgeSeconds * 1000);
  }

  #startHedge(): void {
    this.#hedgeTimer = null;
    if (this.#leg === null || this.#sink === null) return;
    const origin = this.#another(this.#leg);
    if (origin === null) return;
    this.#hedge = new Leg(this, origin, this.#site.clock, this.#site.report);
    this.#hedge.start();
  }
}
