import type { OriginsSettings } from "@egide/contract/policy/origin.ts";
import type { OriginRequest } from "#stream.ts";
import { leastLoaded } from "#upstream/balance/least.ts";
import { buildRing, pickBounded, type Ring } from "#upstream/balance/ring.ts";
import { slowStartWeight } from "#upstream/balance/slow-start.ts";
import { nextSmooth } from "#upstream/balance/smooth.ts";
import { Sticky } from "#upstream/balance/sticky.ts";

/** What a balancer looks at. */
export interface Candidate {
  readonly name: string;
  readonly weight: number;
  readonly slots: { readonly inFlight: number };
  readonly health: { isUsable(now: number): boolean; readonly upSince: number };
}

export interface PickerIdentity {
  /** Names the zone in sticky cookies. */
  readonly zone: string;
  /** Signs sticky cookies; the zone's edges share it. */
  readonly secret: string;
}

const hash = (text: string): number => Bun.hash.xxHash32(text, 0x65676964);

/** Chooses the origin for a request among those that can be used. */
export class Picker<Origin extends Candidate> {
  readonly #origins: readonly Origin[];
  readonly #balance: OriginsSettings["balance"];
  readonly #sticky: Sticky | null;
  readonly #ring: Ring | null;
  readonly #credits: Float64Array;
  readonly #weights: Float64Array;
  readonly #inFlight: Float64Array;
  #turn = 0;

  constructor(
    origins: readonly Origin[],
    balance: OriginsSettings["balance"],
    identity: PickerIdentity,
  ) {
    const names = origins.map((origin) => origin.name);
    const weights = origins.map((origin) => origin.weight);
    this.#origins = origins;
    this.#balance = balance;
    this.#sticky =
      balance.sticky === undefined ? null : new Sticky({ ...balance.sticky, ...identity }, names);
    this.#ring = balance.by === "consistent_hash" ? buildRing(names, weights, hash) : null;
    this.#credits = new Float64Array(origins.length);
    this.#weights = new Float64Array(origins.length);
    this.#inFlight = new Float64Array(origins.length);
  }

  /** Null where no origin can be used but those in `tried`. */
  pick(request: OriginRequest, tried: readonly Origin[] | null, now: number): Origin | null {
    const origins = this.#origins;
    if (origins.length === 1) {
      const only = origins[0] as Origin;
      const usable = tried === null && only.weight > 0 && only.health.isUsable(now);
      return usable ? only : null;
    }
    this.#weigh(tried, now);
    const index = this.#index(request);
    return index < 0 ? null : (origins[index] as Origin);
  }

  /** Value of a Set-Cookie field that keeps the visitor with `origin`; null where none is needed. */
  stickyCookie(request: OriginRequest, origin: Origin): string | null {
    if (this.#sticky === null) return null;
    const index = this.#origins.indexOf(origin);
    return this.#stuck(request) === index ? null : this.#sticky.setCookie(index, request.scheme);
  }

  #index(request: OriginRequest): number {
    const weights = this.#weights;
    const stuck = this.#stuck(request);
    if (stuck >= 0 && (weights[stuck] as number) > 0) return stuck;
    switch (this.#balance.by) {
      case "round_robin":
        return nextSmooth(this.#credits, weights);
      case "least_connections":
        return leastLoaded(this.#loads(), weights, this.#turn++ % weights.length);
      case "consistent_hash":
        return pickBounded(
          this.#ring as Ring,
          hash(request.affinity),
          this.#loads(),
          weights,
          this.#balance.boundedLoad,
        );
    }
  }

  #weigh(tried: readonly Origin[] | null, now: number): void {
    const duration = this.#balance.slowStartSeconds * 1000;
    for (let i = 0; i < this.#origins.length; i++) {
      const origin = this.#origins[i] as Origin;
      const out = origin.weight === 0 || !origin.health.isUsable(now) || tried?.includes(origin);
      this.#weights[i] =
        out === true ? 0 : slowStartWeight(origin.weight, now - origin.health.upSince, duration);
    }
  }

  #loads(): Float64Array {
    for (let i = 0; i < this.#origins.length; i++) {
      this.#inFlight[i] = (this.#origins[i] as Origin).slots.inFlight;
    }
    return this.#inFlight;
  }

  /** Origin that the visitor's cookie names, or -1. */
  #stuck(request: OriginRequest): number {
    if (this.#sticky === null) return -1;
    const { headers } = request;
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] as string;
      if (name.length !== 6 || name.toLowerCase() !== "cookie") continue;
      const index = this.#sticky.read(headers[i + 1] as string);
      if (index >= 0) return index;
    }
    return -1;
  }
}
