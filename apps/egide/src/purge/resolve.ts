import type { Zone } from "@egide/contract/policy/zone.ts";
import { keyTarget } from "@egide/edge/cache/key.ts";
import type { PurgeTarget } from "@egide/edge/cache/purge.ts";
import { compileSettings } from "@egide/edge/cache/settings.ts";
import { ZoneTable } from "@egide/edge/identify/zones.ts";
import { AppError } from "@egide/std/error.ts";
import { nearest } from "#config/suggest.ts";
import type { PurgeRequest } from "#purge/message.ts";

/** What is asked for, spelled as the cache of the zone files it. Throws AppError. */
export function resolveTargets(
  { zone: id, targets }: PurgeRequest,
  zones: readonly Zone[],
): readonly PurgeTarget[] {
  const zone = zones.find((one) => one.id === id);
  if (zone === undefined) {
    const ids = zones.map((one) => one.id);
    const meant = nearest(id, ids);
    const hint = meant === null ? `known: ${ids.join(", ")}` : `did you mean ${meant}?`;
    throw refusal("purge.unknown_zone", `no zone ${JSON.stringify(id)} is served here; ${hint}`);
  }
  const table = new ZoneTable<string>();
  for (const one of zones) for (const host of one.hosts) table.add(host, one.id);
  const mustBeHere = (authority: string): void => {
    const host = authority.replace(/:\d+$/, "");
    const owner = table.find(host);
    if (owner === zone.id) return;
    throw refusal(
      "purge.foreign_host",
      owner === null
        ? `no zone answers for ${host}; ${zone.id} does for ${zone.hosts.join(", ")}`
        : `zone ${owner} answers for ${host}, not ${zone.id}`,
    );
  };
  const plan = compileSettings(zone.cache);
  return targets.flatMap((target): readonly PurgeTarget[] => {
    switch (target.kind) {
      case "url": {
        const { scheme, authority, rest } = split(target.url);
        mustBeHere(authority);
        // As it was written, and as browsers send it: without dot segments, for one.
        const { pathname, search } = new URL(target.url);
        const paths = new Set([keyTarget(plan, rest), keyTarget(plan, pathname + search)]);
        return spellings(authority, [scheme]).flatMap((host) =>
          [...paths].map((path) => ({ kind: "url", url: `${scheme}://${host}${path}` }) as const),
        );
      }
      case "prefix": {
        const { scheme, authority, rest } = split(target.prefix);
        mustBeHere(authority);
        return spellings(authority, [scheme]).map(
          (host) => ({ kind: "prefix", prefix: `${scheme}://${host}${rest}` }) as const,
        );
      }
      case "host":
        mustBeHere(target.host);
        return spellings(target.host, ["http", "https"]).map(
          (host) => ({ kind: "host", host }) as const,
        );
      case "tag":
      case "all":
        return [target];
    }
  });
}

/** A visitor may spell the default port out; such requests are filed apart. */
function spellings(authority: string, schemes: readonly string[]): readonly string[] {
  if (/:\d+$/.test(authority)) return [authority];
  const ports = schemes.map((scheme) => (scheme === "http" ? 80 : 443));
  return [authority, ...ports.map((port) => `${authority}:${port}`)];
}

function split(url: string): { scheme: string; authority: string; rest: string } {
  const match = /^(https?):\/\/([^/]+)(\/[^#]*)$/.exec(url);
  if (match === null || !URL.canParse(url)) {
    throw refusal("purge.url", `not an absolute URL: ${JSON.stringify(url)}`);
  }
  const [, scheme, authority, rest] = match as unknown as [string, string, string, string];
  return { scheme, authority, rest };
}

function refusal(code: string, publicMessage: string): AppError {
  return new AppError({ code, source: "operator", retry: false, publicMessage });
}
