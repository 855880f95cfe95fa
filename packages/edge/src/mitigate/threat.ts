import type { Alarm } from "#mitigate/alarm.ts";
import type { Baseline } from "#mitigate/baseline.ts";
import type { Costs } from "#mitigate/costs.ts";
import { PLACE } from "#mitigate/features.ts";
import type { Observation } from "#mitigate/observation.ts";
import type { Found } from "#mitigate/search.ts";
import type { Signature } from "#mitigate/signature.ts";

/** What is wrong, and what is known of it before the search. */
export interface Threat {
  readonly alarm: Exclude<Alarm, "none">;
  readonly start: Signature;
}

/** What a signature has to cover of all requests, and how many a second, to be worth a rule. */
const LEAST_SHARE = 0.1;
const LEAST_RATE = 4;
/** A rule that would meet more of the ordinary than this is under-attack mode by another name. */
const BROAD = 0.5;

/** What a request counts for: that it came, that an origin answers it, or what that costs there. */
export function weigherFor(
  alarm: Threat["alarm"],
  costs: Costs,
  baseline: Baseline,
): (resource: string) => number {
  if (alarm === "volume") return () => 1;
  if (alarm !== "stress") return (resource) => costs.originShare(resource);
  const usual = baseline.latency;
  return (resource) => {
    const dearness = usual > 0 ? costs.latency(resource) / usual : 1;
    return costs.originShare(resource) * Math.min(50, Math.max(0.25, dearness));
  };
}

/** Where most requests go that mean to change something. */
export function busiestWrite(
  samples: readonly Observation[],
  seconds: number,
): { readonly signature: Signature; readonly rate: number } | null {
  const rates = new Map<string, { signature: Signature; rate: number }>();
  for (const { method, features, weight } of samples) {
    if (method === "GET" || method === "HEAD" || method === "OPTIONS") continue;
    const path = features[PLACE.path] as string;
    const key = `${method} ${path}`;
    const place = rates.get(key) ?? {
      signature: [
        { feature: "method", value: method },
        { feature: "path", value: path },
      ],
      rate: 0,
    };
    place.rate += weight / seconds;
    rates.set(key, place);
  }
  return [...rates.values()].toSorted((a, b) => b.rate - a.rate)[0] ?? null;
}

/** `rate`: of all requests, by the same weights. */
export function isWorthwhile(found: Found, rate: number): boolean {
  return found.rate - found.expected >= Math.max(LEAST_RATE, rate * LEAST_SHARE);
}

export function isBroad({ collateral, signature }: Found): boolean {
  return collateral > BROAD && signature.every(({ feature }) => feature !== "address");
}

/** One client may ask for much and be welcome: that is a matter for limits, as long as an origin bears it. */
export function isOne({ signature }: Found): boolean {
  return signature.some(({ feature }) => feature === "address");
}

export function total(
  samples: readonly Observation[],
  weigh: (resource: string) => number,
): number {
  return samples.reduce((n, { weight, resource }) => n + weight * weigh(resource), 0);
}
