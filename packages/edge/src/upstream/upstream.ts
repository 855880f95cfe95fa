import type { OriginsSettings } from "@egide/contract/policy/origin.ts";
import type { Clock } from "@egide/std/clock.ts";
import type { TimerWheel } from "@egide/std/wheel.ts";
import type { Fetch } from "#stream.ts";
import type { PickerIdentity } from "#upstream/balance/picker.ts";
import { Checker } from "#upstream/health/checker.ts";
import type { HealthTurn } from "#upstream/health/judge.ts";
import { Origin } from "#upstream/origin.ts";
import type { Dial } from "#upstream/reach/dial.ts";
import { type Lookup, Resolver } from "#upstream/reach/resolver.ts";
import { Site } from "#upstream/site.ts";
import { type UpstreamStats, upstreamStats } from "#upstream/stats.ts";
import { Transfer } from "#upstream/transfer.ts";

export interface UpstreamDeps {
  readonly clock: Clock;
  /** Shared by all that has timeouts in this thread. */
  readonly wheel: TimerWheel;
  readonly dial: Dial;
  readonly lookup: Lookup;
  /** Zone and secret of sticky cookies. */
  readonly identity: PickerIdentity;
  /** 0 to 1; spreads active checks. */
  readonly random: () => number;
  /** What an operator should know of an origin; `unverified` once, at the start. */
  readonly told: (origin: string, what: HealthTurn | "unverified") => void;
}

export interface Upstream {
  /** Sends a request to one of the origins. The sink hears nothing before this has returned. */
  readonly fetch: Fetch;
  /**
   * Closes what is idle, keeps nothing any longer and ends the checks. What is under way goes on, and a
   * request that still comes (it was decided before the policy changed) is served like any other.
   */
  close(): void;
  stats(): UpstreamStats;
}

/** The ways to a zone's origins: everything between a decided request and the bytes on a wire. */
export function createUpstream(settings: OriginsSettings, deps: UpstreamDeps): Upstream {
  const { clock, wheel, dial, lookup, identity, random, told } = deps;
  const { minSeconds, maxSeconds } = settings.dns;
  const resolver = new Resolver(lookup, clock, {
    minMs: minSeconds * 1000,
    maxMs: maxSeconds * 1000,
  });
  const origins = settings.origins.map(
    (origin) => new Origin(origin, settings, { clock, wheel, dial, resolver }),
  );
  resolver.onChange = () => {
    for (const origin of origins) origin.prune();
  };
  for (const { name, health, isVerified } of origins) {
    health.onTurn = (turn) => told(name, turn);
    if (!isVerified) told(name, "unverified");
  }
  const site = new Site(settings, origins, identity, clock, wheel);
  const { active } = settings.health;
  const checkers =
    active === undefined
      ? []
      : origins.map((origin) => new Checker(origin, active, clock, wheel, random));
  for (const checker of checkers) checker.start();
  return {
    fetch: (request, sink) => new Transfer(site, request, sink).start(),
    close() {
      for (const checker of checkers) checker.stop();
      for (const origin of origins) origin.close();
    },
    stats: () => upstreamStats(site),
  };
}
