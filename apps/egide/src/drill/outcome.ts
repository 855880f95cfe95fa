import type { Answer } from "#drill/connection.ts";

/**
 * What became of a request, seen from outside. `refused`: answered by the edge instead of the site;
 * `lost`: no answer at all; `failed`: an error of the site or the edge.
 */
export type Outcome = "served" | "challenged" | "refused" | "failed" | "lost";

export function outcomeOf({ status, headers }: Answer): Outcome {
  if (status === 0) return "lost";
  const mitigated = headers.get("cf-mitigated")?.[0];
  if (mitigated === "challenge") return "challenged";
  if (mitigated !== undefined || status === 403 || status === 429) return "refused";
  // Sent round with a cookie: whoever comes back is served then.
  if (status === 307) return "refused";
  return status >= 500 ? "failed" : "served";
}

/** One request that was made. `at`: milliseconds since the drill began. */
export interface Shot {
  readonly at: number;
  readonly ms: number;
  readonly outcome: Outcome;
  /** Of people who came besides the everyday visitors, and attack nobody. */
  readonly isVisitor?: true;
}
