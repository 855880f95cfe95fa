import type { RawHeaders } from "#stream.ts";
import { getHeader, joinHeader } from "#wire/headers.ts";
import type { Plan } from "./settings.ts";

/**
 * What a request's stored responses are filed under: the target after the zone's query rules, then
 * what its header, cookie and device rules add. Without rules it is the target itself, unchanged:
 * no two spellings of a URL are taken for one (RFC 9111, section 2).
 */
export function cacheKey(plan: Plan, target: string, headers: RawHeaders): string {
  const url = plan.queryRules ? keyTarget(plan, target) : target;
  return plan.suffixRules ? url + keySuffix(plan, headers) : url;
}

/** The target as purges and keys see it. */
export function keyTarget(plan: Plan, target: string): string {
  const mark = target.indexOf("?");
  if (mark < 0 || !plan.queryRules) return target;
  let pairs = target
    .slice(mark + 1)
    .split("&")
    .filter((pair) => keepsParameter(plan, pair));
  if (plan.settings.key.sortQuery) pairs = pairs.map(ordered).sort(byName).map(text);
  const path = target.slice(0, mark);
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

function keepsParameter(plan: Plan, pair: string): boolean {
  const equals = pair.indexOf("=");
  const name = equals < 0 ? pair : pair.slice(0, equals);
  for (const glob of plan.ignoreQuery) if (glob(name)) return false;
  return plan.onlyQuery === null || plan.onlyQuery.some((glob) => glob(name));
}

interface Parameter {
  readonly name: string;
  readonly pair: string;
}

function ordered(pair: string): Parameter {
  const equals = pair.indexOf("=");
  return { name: equals < 0 ? pair : pair.slice(0, equals), pair };
}

/** Stable: values of a parameter that is sent twice keep their order, which may mean something. */
function byName(a: Parameter, b: Parameter): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function text(parameter: Parameter): string {
  return parameter.pair;
}

/** Opens with a control byte, which no target holds, so that it can't be forged by a URL. */
function keySuffix(plan: Plan, headers: RawHeaders): string {
  let out = "";
  for (const name of plan.keyHeaders) out += `\x01${joinHeader(headers, name) ?? "\x02"}`;
  if (plan.settings.key.cookies.length > 0) {
    const jar = joinCookies(headers);
    for (const name of plan.settings.key.cookies) out += `\x01${cookieValue(jar, name) ?? "\x02"}`;
  }
  if (plan.settings.key.device) out += `\x01${deviceClass(headers)}`;
  return out;
}

function joinCookies(headers: RawHeaders): string {
  // HTTP/2 may split Cookie into several fields.
  return (joinHeader(headers, "cookie") ?? "").replaceAll(", ", "; ");
}

function cookieValue(jar: string, name: string): string | undefined {
  for (const pair of jar.split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

/** Coarse on purpose: each class is a copy of the site. Client hints win over User-Agent. */
export function deviceClass(headers: RawHeaders): "mobile" | "tablet" | "desktop" {
  const hint = getHeader(headers, "sec-ch-ua-mobile");
  if (hint === "?1") return "mobile";
  const agent = getHeader(headers, "user-agent") ?? "";
  if (agent.includes("iPad") || agent.includes("Tablet")) return "tablet";
  if (agent.includes("Android")) return agent.includes("Mobile") ? "mobile" : "tablet";
  if (hint === "?0") return "desktop";
  return agent.includes("iPhone") || agent.includes("Mobi") ? "mobile" : "desktop";
}
