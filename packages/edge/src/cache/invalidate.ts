import type { RawHeaders } from "#stream.ts";
import { getHeader } from "#wire/headers.ts";
import type { Core } from "./core.ts";
import { siteScope } from "./entry.ts";
import { keyTarget } from "./key.ts";
import type { Plan } from "./settings.ts";

/** RFC 9110, section 9.2.1, and the registry's other safe methods. Unknown methods are not safe. */
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY"]);

export function isSafe(method: string): boolean {
  return SAFE.has(method);
}

/** `https://host/path?query` as the store spells it; null where `url` isn't of `origin`. */
export function resolveUrl(
  plan: Plan,
  origin: string,
  target: string,
  reference: string,
): string | null {
  let url: URL;
  try {
    url = new URL(reference, origin + target);
  } catch {
    return null;
  }
  // Default ports may be spelled out on either side.
  if (url.origin !== originOf(origin)) return null;
  return origin + keyTarget(plan, url.pathname + url.search);
}

function originOf(origin: string): string {
  try {
    return new URL(origin).origin;
  } catch {
    return "";
  }
}

/**
 * RFC 9111, section 4.4: a successful unsafe request makes what is stored for its URL unusable, and
 * for those that Location and Content-Location name, if they are of the same origin.
 */
export function invalidate(
  core: Core,
  plan: Plan,
  zone: string,
  origin: string,
  target: string,
  headers: RawHeaders,
): void {
  const urls = new Set<string>([origin + keyTarget(plan, target)]);
  for (const name of ["location", "content-location"]) {
    const reference = getHeader(headers, name);
    if (reference === undefined) continue;
    const url = resolveUrl(plan, origin, target, reference);
    if (url !== null) urls.add(url);
  }
  for (const url of urls) {
    // Visitors cause these at any rate: rather than growing a log, the file goes, if it is known.
    if (!plan.suffixRules) core.disk?.forget(siteScope(zone, origin), url.slice(origin.length));
    core.purge(zone, { kind: "url", url }, false, plan.suffixRules);
  }
}
