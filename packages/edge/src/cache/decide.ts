import type { RequestControl } from "./control.ts";

/** What of a stored response bears on whether it may be served. Times in seconds. */
export interface Freshness {
  readonly lifetime: number;
  /** `no-cache`: never without validation. */
  readonly noCache: boolean;
  /** must-revalidate, proxy-revalidate or s-maxage: never stale. */
  readonly mustRevalidate: boolean;
  readonly immutable: boolean;
  readonly staleWhileRevalidate: number;
}

/**
 * `fresh`: serve. `stale`: the request's max-stale allows it. `refresh`: serve and validate behind
 * the visitor's back (RFC 5861). `validate`: ask the origin first.
 */
export type Decision = "fresh" | "stale" | "refresh" | "validate";

/** RFC 9111, sections 4.2 and 5.2: may a stored response that is `age` seconds old be served? */
export function decide(stored: Freshness, age: number, request: RequestControl): Decision {
  if (stored.noCache || request.noCache || request.noStore) return "validate";
  const staleness = age - stored.lifetime;
  const asks = request.maxAge >= 0 || request.minFresh >= 0;
  if (staleness < 0) {
    if (request.minFresh >= 0 && -staleness < request.minFresh) return "validate";
    // RFC 8246: what is immutable need not be asked about again while it is fresh.
    const bound = request.maxAge + Math.max(0, request.maxStale);
    if (request.maxAge >= 0 && age > bound && !stored.immutable) return "validate";
    return "fresh";
  }
  if (stored.mustRevalidate) return "validate";
  if (request.maxStale >= 0 && request.minFresh < 0 && staleness <= request.maxStale) {
    if (request.maxAge < 0 || age <= request.maxAge + request.maxStale) return "stale";
  }
  return !asks && staleness < stored.staleWhileRevalidate ? "refresh" : "validate";
}
