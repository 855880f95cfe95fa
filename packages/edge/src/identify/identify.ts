import { type Geo, NOWHERE } from "@egide/std/geo.ts";
import type { CidrSet } from "@egide/std/ip.ts";
import type { Exchange } from "#exchange.ts";
import { type Doorkeeper, type Facts, NOTHING_SKIPPED } from "#facts.ts";
import { type Authority, readAuthority } from "#identify/authority.ts";
import { clientAddress } from "#identify/client.ts";
import { readTarget, type Target } from "#identify/target.ts";
import type { ZoneTable } from "#identify/zones.ts";
import { ALLOW } from "#verdict.ts";

/** Why nobody can be found to answer; codes of docs/reference/errors.md. */
export type IdentifyFault =
  | "edge.target"
  | "edge.host"
  | "edge.authority_mismatch"
  | "edge.unknown_host";

export interface Directory<Zone> {
  readonly zones: ZoneTable<Zone>;
  readonly zoneId: (zone: Zone) => string;
  readonly gate: (zone: Zone) => Doorkeeper | null;
  readonly trustedProxies: CidrSet;
  /** Null: countries and networks are not known. */
  readonly geo: Geo | null;
}

export interface Identified<Zone> {
  readonly facts: Facts<Zone>;
  readonly fault: IdentifyFault | null;
}

/** Who asks whom for what: fills the first part of the facts. Never throws. */
export function identify<Zone>(
  exchange: Exchange,
  requestId: string,
  time: number,
  started: number,
  directory: Directory<Zone>,
): Identified<Zone> {
  const { head, client } = exchange;
  const address = clientAddress(client.remote.address, head.headers, directory.trustedProxies);
  const place = directory.geo === null ? NOWHERE : directory.geo.place(address);
  const facts: Facts<Zone> = {
    exchange,
    requestId,
    time,
    started,
    zone: null,
    zoneId: "",
    host: "",
    authority: "",
    target: head.target,
    forward: head.target,
    client: address,
    country: place.country,
    asnum: place.asnum,
    bot: undefined,
    gate: null,
    clearance: undefined,
    verdict: ALLOW,
    rules: null,
    skipped: NOTHING_SKIPPED,
    charges: null,
    view: null,
    code: null,
    fault: null,
    status: 0,
    cache: "none",
    originAsked: -1,
    originAnswered: -1,
    outcome: "complete",
    waf: null,
  };
  const target = readTarget(head.target, head.method);
  // HTTP/1.0 knows no Host: an absolute-form target names the site by itself.
  const named = head.authority === "" ? (target?.authority ?? "") : head.authority;
  const authority = readAuthority(named);
  if (authority !== null) {
    facts.host = authority.host;
    facts.authority = authority.port === "" ? authority.host : spell(authority);
    facts.zone = directory.zones.find(authority.host);
    if (facts.zone !== null) {
      facts.zoneId = directory.zoneId(facts.zone);
      facts.gate = directory.gate(facts.zone);
    }
  }
  // What the front refused is refused for its own reason.
  if (exchange.refusal !== null) return { facts, fault: null };
  if (target === null) return { facts, fault: "edge.target" };
  facts.target = target.origin;
  facts.forward = target.origin;
  if (authority === null) return { facts, fault: named === "" ? "edge.unknown_host" : "edge.host" };
  if (target.authority !== null && !agrees(target, authority)) {
    return { facts, fault: "edge.authority_mismatch" };
  }
  return { facts, fault: facts.zone === null ? "edge.unknown_host" : null };
}

/**
 * RFC 9112, section 3.2.2: absolute-form rules over Host; a difference is refused, not resolved. A port
 * that is the scheme's own is no difference (RFC 9110, section 4.2.3).
 */
function agrees({ authority, scheme }: Target, { host, port }: Authority): boolean {
  const read = readAuthority(authority as string);
  const own = scheme === "https" ? "443" : "80";
  return read !== null && read.host === host && (read.port || own) === (port || own);
}

function spell({ host, port }: Authority): string {
  return port === "" ? host : `${host}:${port}`;
}
