import type { OriginResponse, RawHeaders } from "#stream.ts";
import { getHeader, indexOfHeader } from "#wire/headers.ts";
import { type Control, noControl, readControl } from "./control.ts";
import { listMembers } from "./directives.ts";
import type { Meta } from "./entry.ts";
import { type Lifetime, freshnessLifetime, HEURISTIC_STATUSES, initialAge } from "./freshness.ts";
import type { PathRule, Plan } from "./settings.ts";
import { varyKey, varyNames } from "./vary.ts";

/** What a response was fetched with. */
export interface Fetched {
  readonly plan: Plan;
  readonly rule: PathRule | null;
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: RawHeaders;
  readonly authorization: boolean;
  readonly requestTime: number;
  readonly responseTime: number;
  readonly stamp: number;
}

/** Statuses whose requirements this cache knows, for must-understand (RFC 9111, section 5.2.2.3). */
const UNDERSTOOD = new Set([
  200, 203, 204, 206, 300, 301, 302, 303, 307, 308, 404, 405, 410, 414, 501,
]);

/** RFC 9111, section 3.1. Content-Length is told by the body, Age and Cache-Status by the cache. */
const NOT_STORED = new Set([
  "connection",
  "proxy-connection",
  "keep-alive",
  "te",
  "transfer-encoding",
  "upgrade",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "content-length",
  "age",
  "cache-status",
]);

/**
 * RFC 9111, section 3, for a shared cache: the metadata to store `response` with, or why it may not
 * be stored, as a token for Cache-Status.
 */
export function judge(fetched: Fetched, response: OriginResponse): Meta | string {
  const { plan } = fetched;
  const { status, headers } = response;
  if (status === 206 || status === 304 || status < 200) return "status";
  if (headerBytes(headers) > plan.settings.limits.headerBytes) return "header-size";
  if (response.bodyLength > plan.settings.limits.objectBytes) return "object-size";
  const cookie = plan.settings.setCookie === "bypass" && indexOfHeader(headers, "set-cookie") >= 0;
  if (cookie) return "set-cookie";
  const { control, lifetime } = directives(fetched, status, headers);
  if (control.mustUnderstand && !UNDERSTOOD.has(status)) return "must-understand";
  if (control.noStore && !control.mustUnderstand) return "no-store";
  if (control.private) return "private";
  if (fetched.authorization && !allowsAuthorized(plan, control)) return "authorization";
  if (fetched.method === "POST" && !lifetime.explicit) return "method";
  if (!lifetime.explicit && !control.public && !HEURISTIC_STATUSES.has(status)) return "status";
  if (useless(fetched, headers, control, lifetime)) return "no-freshness";
  return describe(fetched, response, control, lifetime);
}

/** RFC 9111, section 3.5. */
function allowsAuthorized(plan: Plan, control: Control): boolean {
  if (plan.settings.authorization === "never") return false;
  return control.public || control.mustRevalidate || control.sMaxAge >= 0;
}

/** Neither reusable as it is nor good for validation. */
function useless(
  { plan, rule }: Fetched,
  headers: RawHeaders,
  control: Control,
  lifetime: Lifetime,
): boolean {
  if (!control.noCache && lifetime.seconds > 0) return false;
  if (indexOfHeader(headers, "etag") >= 0 || indexOfHeader(headers, "last-modified") >= 0) {
    return false;
  }
  const { staleWhileRevalidateSeconds, staleIfErrorSeconds } = plan.settings;
  const refresh = control.staleWhileRevalidate;
  const windows =
    window(refresh, rule?.staleWhileRevalidate, staleWhileRevalidateSeconds) > 0 ||
    window(control.staleIfError, rule?.staleIfError, staleIfErrorSeconds) > 0;
  // Without any freshness, a zone's own windows would keep what nobody ever said may be kept.
  return control.noCache || !(windows && lifetime.explicit);
}

/** The origin's directives after the zone's rules had their say. */
function directives(
  fetched: Fetched,
  status: number,
  headers: RawHeaders,
): { control: Control; lifetime: Lifetime } {
  const { plan, rule } = fetched;
  const { heuristic } = plan.settings;
  if (rule?.mode === "override" && status < 400) {
    return { control: noControl(), lifetime: { seconds: rule.ttl, explicit: true } };
  }
  const control = readControl(headers, plan.targetedFields);
  const told = freshnessLifetime(control, status, headers, fetched.responseTime, heuristic);
  if (told.explicit || control.noCache) return { control, lifetime: told };
  const negative = plan.negative.get(status);
  if (negative !== undefined) return { control, lifetime: { seconds: negative, explicit: true } };
  if (rule?.mode === "default" && status < 400) {
    return { control, lifetime: { seconds: rule.ttl, explicit: true } };
  }
  return { control, lifetime: told };
}

/** The metadata, or what about Vary forbids to store. */
export function describe(
  fetched: Fetched,
  response: Pick<OriginResponse, "status" | "reason" | "headers">,
  control: Control,
  lifetime: Lifetime,
): Meta | string {
  const { plan, rule, requestTime, responseTime } = fetched;
  const { settings } = plan;
  const { headers } = response;
  const vary = varyNames(headers);
  if (vary === null) return "vary";
  const drop = new Set(control.fields);
  if (settings.setCookie === "strip") drop.add("set-cookie");
  const kept = storedHeaders(headers, drop);
  const restricted = control.mustRevalidate || control.proxyRevalidate;
  const swr = control.staleWhileRevalidate;
  const sie = control.staleIfError;
  // s-maxage forbids stale answers as proxy-revalidate does (RFC 9111, section 5.2.2.10), unless
  // the same response grants a stale window in so many words (RFC 5861).
  const mustRevalidate = restricted || (control.sMaxAge >= 0 && swr < 0 && sie < 0);
  return {
    status: response.status,
    reason: response.reason,
    headers: kept,
    url: fetched.url,
    requestTime,
    responseTime,
    initialAge: initialAge(headers, requestTime, responseTime),
    lifetime: lifetime.seconds,
    noCache: control.noCache,
    mustRevalidate,
    immutable: control.immutable,
    staleWhileRevalidate: window(
      swr,
      rule?.staleWhileRevalidate,
      settings.staleWhileRevalidateSeconds,
    ),
    staleIfError: window(sie, rule?.staleIfError, settings.staleIfErrorSeconds),
    etag: getHeader(kept, "etag") ?? "",
    lastModified: getHeader(kept, "last-modified") ?? "",
    vary,
    varyKey: varyKey(vary, fetched.requestHeaders),
    language: vary.includes("accept-language")
      ? (getHeader(kept, "content-language") ?? "").toLowerCase()
      : "",
    tags: listMembers(kept, "cache-tag").slice(0, settings.limits.tags),
    stamp: fetched.stamp,
    part: null,
  };
}

function window(origin: number, rule: number | undefined, zone: number): number {
  return origin >= 0 ? origin : (rule ?? zone);
}

function storedHeaders(headers: RawHeaders, drop: ReadonlySet<string>): RawHeaders {
  const out: RawHeaders = [];
  for (let i = 0; i < headers.length; i += 2) {
    const lower = (headers[i] as string).toLowerCase();
    if (NOT_STORED.has(lower) || drop.has(lower)) continue;
    out.push(headers[i] as string, headers[i + 1] as string);
  }
  return out;
}

function headerBytes(headers: RawHeaders): number {
  let bytes = 0;
  for (const text of headers) bytes += text.length;
  return bytes;
}

/** Fields that describe the stored bytes: a 304 doesn't change those (RFC 9111, section 3.2). */
const BOUND_TO_BODY = new Set([
  "content-length",
  "content-encoding",
  "content-range",
  "content-md5",
  "content-digest",
  "etag",
]);

interface Freshened {
  readonly meta: Meta;
  readonly keep: boolean;
}

/**
 * RFC 9111, sections 3.2 and 4.3.4: stored metadata updated from a 304, or from the 200 to a HEAD.
 * The response keeps its place among the variants; `keep` says whether it may stay at all.
 */
export function freshened(fetched: Fetched, stored: Meta, update: RawHeaders): Freshened {
  const names = new Set<string>();
  for (let i = 0; i < update.length; i += 2) names.add((update[i] as string).toLowerCase());
  const headers: RawHeaders = [];
  for (let i = 0; i < stored.headers.length; i += 2) {
    const lower = (stored.headers[i] as string).toLowerCase();
    if (names.has(lower) && !BOUND_TO_BODY.has(lower)) continue;
    headers.push(stored.headers[i] as string, stored.headers[i + 1] as string);
  }
  for (let i = 0; i < update.length; i += 2) {
    const lower = (update[i] as string).toLowerCase();
    if (BOUND_TO_BODY.has(lower)) continue;
    // Age is dropped again when the metadata is made, after it was counted.
    headers.push(update[i] as string, update[i + 1] as string);
  }
  const { control, lifetime } = directives(fetched, stored.status, headers);
  const source = { status: stored.status, reason: stored.reason, headers };
  const meta = describe(fetched, source, control, lifetime);
  if (typeof meta === "string") return { meta: stored, keep: false };
  const { vary, varyKey, part } = stored;
  const stamp = Math.max(stored.stamp, fetched.stamp);
  const banned = control.private || (control.noStore && !control.mustUnderstand);
  return { meta: { ...meta, vary, varyKey, part, stamp }, keep: !banned };
}
