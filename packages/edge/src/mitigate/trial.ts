import { PLACE } from "#mitigate/features.ts";
import type { Observation } from "#mitigate/observation.ts";
import { bears, type Signature } from "#mitigate/signature.ts";
import type { Visitors } from "#mitigate/visitors.ts";

/** Younger visitors have not had the time to behave like anything. */
const RIPE_MS = 300;

/** Who would be met by a rule, as far as their behaviour tells. */
export interface Met {
  /** Shares of the requests of those visitors of whom something can be said, 0 to 1. */
  readonly people: number;
  readonly machines: number;
  /** Share of all the requests that those make up. */
  readonly ripe: number;
  /** Shares of the requests that ask for a feed, a page, an image or a style, and that come back from a probe. */
  readonly feeds: number;
  readonly pages: number;
  readonly assets: number;
  readonly probed: number;
  /** Share of the requests whose cookies somebody else has too, where that is not usual. */
  readonly moved: number;
}

/** Tries a signature on live requests before it becomes a rule. */
export function tryOut(
  signature: Signature,
  samples: readonly Observation[],
  visitors: Visitors,
  now: number,
): Met {
  let requests = 0;
  let people = 0;
  let machines = 0;
  let ripe = 0;
  let feeds = 0;
  let pages = 0;
  let assets = 0;
  let probed = 0;
  let moved = 0;
  for (const { features, weight, visitor, kind, method, cookies } of samples) {
    if (!bears(features, signature)) continue;
    requests += weight;
    if (kind === "feed") feeds += weight;
    if (kind === "asset") assets += weight;
    if (kind === "page" && (method === "GET" || method === "HEAD")) pages += weight;
    if (features[PLACE.probed] === "yes") probed += weight;
    if (cookies !== 0 && visitors.isMoved(cookies)) moved += weight;
    const bearing = visitors.bearing(visitor, now);
    if (bearing === "unclear" && !visitors.isRipe(visitor, now, RIPE_MS)) continue;
    ripe += weight;
    if (bearing === "person") people += weight;
    if (bearing === "machine") machines += weight;
  }
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return {
    people: share(people, ripe),
    machines: share(machines, ripe),
    ripe: share(ripe, requests),
    feeds: share(feeds, requests),
    pages: share(pages, requests),
    assets: share(assets, requests),
    probed: share(probed, requests),
    moved: share(moved, requests),
  };
}

export type Judgement = "attack" | "crowd" | "wait";

/** So much of a crowd's requests come from visitors that already behave like people. */
const CROWD = 0.35;
/** So many visitors must have had the time to behave, or all of it is waited for. */
const RIPE = 0.25;
const PATIENCE_MS = 600;
/** A crowd of whom so many have the cookies of others is none: visits are played again. */
const MOVED = 0.25;
/** Readers of feeds ask by the clock, many in the same second: that is over soon. */
const FEED_PATIENCE_MS = 1600;

/** Whether those met are an attack or a crowd: many who come at once are no attack. */
export function judge({ people, ripe, feeds, moved }: Met, alarmedMs: number): Judgement {
  if (feeds > 0.5 && alarmedMs < FEED_PATIENCE_MS) return "wait";
  if (ripe < RIPE && alarmedMs < PATIENCE_MS) return "wait";
  return people >= CROWD && moved < MOVED ? "crowd" : "attack";
}
