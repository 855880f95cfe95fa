import type { Site } from "#upstream/site.ts";

export interface OriginStats {
  readonly name: string;
  /** What the active checks say; true where there are none. */
  readonly isUp: boolean;
  readonly breaker: "closed" | "open" | "half_open";
  /** False where TLS to it is not verified in full: worth a warning for as long as it lasts. */
  readonly isVerified: boolean;
  readonly inFlight: number;
  readonly waiting: number;
  readonly idleConnections: number;
  readonly openConnections: number;
  /** Attempts that got a place, and how many of them failed, since the start. */
  readonly requests: number;
  readonly failures: number;
  /** Connections that were begun. */
  readonly connects: number;
}

export interface UpstreamStats {
  readonly requests: number;
  readonly retries: number;
  readonly origins: readonly OriginStats[];
}

export function upstreamStats(site: Site): UpstreamStats {
  return {
    requests: site.requests,
    retries: site.retries,
    origins: site.origins.map((origin) => ({
      name: origin.name,
      isUp: origin.health.isUp,
      breaker: origin.health.breaker,
      isVerified: origin.isVerified,
      inFlight: origin.slots.inFlight,
      waiting: origin.slots.waiting,
      idleConnections: origin.pool.idle,
      openConnections: origin.pool.open + origin.h2.open,
      requests: origin.requests,
      failures: origin.failures,
      connects: origin.connector.connects,
    })),
  };
}
