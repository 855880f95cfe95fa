import { type SharedTables, ZoneChallenges } from "@egide/challenge/zone.ts";
import type { Snapshot } from "@egide/contract/snapshot.ts";
import type { Zone } from "@egide/contract/policy/zone.ts";
import { respondPolicySchema } from "@egide/contract/policy/respond.ts";
import { CidrSet } from "@egide/std/ip.ts";
import type { Cache } from "#cache/cache.ts";
import { compileOrders } from "#decide/orders.ts";
import { compileLimits } from "#decide/limits/compile.ts";
import type { Counters } from "#decide/limits/counters.ts";
import { compileRules, type Schemes } from "#decide/rules/compile.ts";
import { schemesFor } from "#decide/rules/schemes.ts";
import { type BotSources, ZoneBots } from "#identify/bots/bots.ts";
import { hasMeasures, robotsText } from "#identify/bots/zone.ts";
import { Gate } from "#identify/clearance/gate.ts";
import type { Inspector } from "#inspect/inspector.ts";
import type { ZoneWaf } from "#inspect/zone/zone-waf.ts";
import { ZoneTable } from "#identify/zones.ts";
import { LogRules } from "#log/record.ts";
import type { ZoneWatch } from "#mitigate/zone-watch.ts";
import type { Policy, ServedZone } from "#served.ts";
import { Dress } from "#respond/dress.ts";
import type { Upstream } from "#upstream/upstream.ts";

/** What a snapshot is made into for one thread, and what must be let go when the next one comes. */
export interface Enforced {
  readonly policy: Policy;
  readonly upstreams: ReadonlyMap<string, KeptUpstream>;
}

/** Origins of one zone with the settings they were made of: kept over a reload that changes neither. */
export interface KeptUpstream {
  readonly settings: string;
  readonly upstream: Upstream;
}

export interface EnforceDeps {
  readonly cache: Cache;
  readonly openUpstream: (zone: Zone) => Upstream;
  readonly watchOf: (zone: Zone) => ZoneWatch | null;
  /** What all zones' challenges are sealed with and counted in. */
  readonly challenge: { readonly secret: Uint8Array; readonly tables: SharedTables };
  readonly botSources: BotSources;
  readonly inspector: Inspector;
  readonly counters: Counters;
  readonly pseudonym: string;
  readonly httpsPort: number;
  /** Alt-Svc of zones that say nothing of it themselves: where HTTP/3 is spoken; null: nowhere. */
  readonly altSvc: () => string | null;
}

/**
 * Makes a snapshot enforceable. Throws before anything of `previous` is touched; upstreams that the
 * new one has no use for are closed by the caller, once the new one is in force.
 */
export function enforce(
  snapshot: Snapshot,
  previous: Enforced | null,
  deps: EnforceDeps,
): Enforced {
  const zones = new ZoneTable<ServedZone>();
  const schemes = schemesFor(snapshot.lists);
  const upstreams = new Map<string, KeptUpstream>();
  const opened: Upstream[] = [];
  try {
    const wafs = deps.inspector.prepare(snapshot.zones);
    for (const zone of snapshot.zones) {
      const settings = JSON.stringify(zone.origin);
      let kept = previous?.upstreams.get(zone.id);
      if (kept === undefined || kept.settings !== settings) {
        kept = { settings, upstream: deps.openUpstream(zone) };
        opened.push(kept.upstream);
      }
      upstreams.set(zone.id, kept);
      const waf = wafs.get(zone.id) ?? null;
      const served = serve(zone, kept.upstream, schemes, waf, deps);
      for (const host of zone.hosts) zones.add(host, served);
    }
    const policy: Policy = {
      zones,
      trustedProxies: new CidrSet(snapshot.trustedProxies),
      orders: compileOrders(snapshot.orders),
      orderById: new Map(snapshot.orders.map((order) => [order.id, order])),
      counters: deps.counters,
      dress: new Dress(respondPolicySchema.parse({})),
      pseudonym: deps.pseudonym,
      httpsPort: deps.httpsPort,
    };
    return { policy, upstreams };
  } catch (error) {
    for (const upstream of opened) upstream.close();
    throw error;
  }
}

/** Closes what `next` no longer uses. Requests under way on it come to their end. */
export function release(previous: Enforced, next: Enforced | null): void {
  for (const [id, { upstream }] of previous.upstreams) {
    if (next?.upstreams.get(id)?.upstream !== upstream) upstream.close();
  }
}

function serve(
  zone: Zone,
  upstream: Upstream,
  schemes: Schemes,
  waf: ZoneWaf | null,
  { cache, altSvc, botSources, challenge, counters, watchOf }: EnforceDeps,
): ServedZone {
  const { httpsRedirect } = zone.respond;
  const challenges = new ZoneChallenges(
    zone.challenge,
    zone.id,
    challenge.secret,
    challenge.tables,
  );
  const { perTenMinutes } = zone.bots;
  const mutual = zone.tls.clientCertificates !== undefined;
  // HTTP/3 shows no client certificates: such zones stay on TCP.
  const respond = { ...zone.respond, altSvc: zone.respond.altSvc ?? (mutual ? null : altSvc()) };
  return {
    id: zone.id,
    dress: new Dress(respond),
    gate: new Gate(challenges, zone.underAttack === "on", new ZoneBots(zone.bots, botSources)),
    bots: hasMeasures(zone.bots)
      ? {
          policy: zone.bots,
          counts: (category, { time }) =>
            challenges.count(`bots ${category}`, Math.floor(time / 1000)) <= perTenMinutes,
        }
      : null,
    robots: robotsText(zone.bots),
    appeals: zone.appeals.enabled ? zone.appeals : null,
    mutual: zone.tls.clientCertificates?.require === true,
    httpsRedirect: httpsRedirect === "off" ? null : httpsRedirect,
    log: new LogRules(zone.log),
    watch: watchOf(zone),
    rules: compileRules(zone.rules, schemes),
    waf,
    limits: compileLimits(zone.id, zone.rateLimits, schemes, counters.hash),
    fetch: cache.wrap(zone.cache, zone.id, upstream.fetch),
  };
}
