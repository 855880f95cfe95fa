import type { KeyHash } from "@egide/limit/key.ts";
import { parseIp } from "@egide/std/ip.ts";
import { clearanceOf, type Facts } from "#facts.ts";
import { headerOrder } from "#fields/header-order.ts";
import { kindOf } from "#fields/kind.ts";
import { FEATURES, type FeatureName, PLACE } from "#mitigate/features.ts";
import { siteCookies } from "#mitigate/site-cookies.ts";
import type { Observation } from "#mitigate/observation.ts";
import { getHeader } from "#wire/headers.ts";

/** Longest value that becomes a condition: longer ones say nothing that a shorter one does not. */
const MOST_VALUE = 256;
const VERSIONS: Readonly<Record<number, string>> = {
  10: "HTTP/1.0",
  11: "HTTP/1.1",
  20: "HTTP/2",
  30: "HTTP/3",
};

/** The key of an address and a user agent: 32 bits, keyed, so that nobody can aim at another's. */
export function visitorKey(client: string, agent: string, hash: KeyHash): number {
  hash.begin().text(client).text(agent).finish();
  return hash.lo;
}

/** What a request's answer is filed under. */
export function resourceOf(target: string): string {
  const mark = target.indexOf("?");
  return short(mark < 0 ? target : target.slice(0, mark + 1));
}

/** What is asked of others to observe a request. */
export interface Asking {
  readonly hash: KeyHash;
  /** What is added to the moment of a request, so that it means the same in all threads. */
  readonly started: number;
  readonly known: (visitor: number) => boolean;
  readonly probed: (facts: Facts<unknown>) => boolean;
}

/** Sees a request as the detection does. */
export function observe(
  facts: Facts<unknown>,
  weight: number,
  { hash, started, known, probed }: Asking,
): Observation {
  const { exchange, target, client } = facts;
  const { head } = exchange;
  const { headers } = head;
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const agent = getHeader(headers, "user-agent") ?? "";
  const cookie = getHeader(headers, "cookie") ?? "";
  const jar = siteCookies(cookie);
  const visitor = visitorKey(client, agent, hash);
  const kind = kindOf(path, headers);
  const features = FEATURES.map(() => "");
  const put = (name: FeatureName, value: string): void => {
    if (value.length <= MOST_VALUE) features[PLACE[name]] = value;
  };
  put("address", client);
  put("network", networkOf(client));
  put("asn", facts.asnum === 0 ? "" : String(facts.asnum));
  put("country", facts.country);
  put("method", head.method);
  put("path", path);
  put("section", sectionOf(path));
  put("query", mark < 0 || mark === target.length - 1 ? "" : "yes");
  put("argument", mark < 0 ? "" : argumentOf(target, mark + 1));
  put("agent", agent);
  put("headers", headerOrder(headers));
  put("ja4", exchange.client.tls?.ja4 ?? "");
  put("version", VERSIONS[head.version] ?? "");
  put("cookie", cookie === "" ? "" : "yes");
  put("kind", kind);
  put("cleared", clearanceOf(facts) === null ? "" : "yes");
  put("probed", probed(facts) ? "yes" : "");
  put("referer", getHeader(headers, "referer") === undefined ? "" : "yes");
  return {
    at: facts.started + started,
    weight,
    visitor,
    address: client,
    cookies: jar === "" ? 0 : keyOf(jar, hash),
    kind,
    method: head.method,
    known: known(visitor),
    resource: resourceOf(target),
    features,
  };
}

function keyOf(text: string, hash: KeyHash): number {
  hash.begin().text(text).finish();
  return hash.lo;
}

/** The block of addresses that usually belongs to one customer's neighbours: /24, or /48. */
function networkOf(client: string): string {
  if (!client.includes(":")) return `${client.slice(0, client.lastIndexOf("."))}.0/24`;
  const bytes = parseIp(client);
  if (bytes === null) return "";
  const groups = [0, 2, 4].map((i) =>
    (((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16),
  );
  return `${groups.join(":")}::/48`;
}

/** The first folder of a path, with both its slashes; "" where there is none. */
function sectionOf(path: string): string {
  const slash = path.indexOf("/", 1);
  return slash < 0 ? "" : path.slice(0, slash + 1);
}

function argumentOf(target: string, from: number): string {
  let end = from;
  while (end < target.length && target[end] !== "=" && target[end] !== "&") end++;
  const name = target.slice(from, end);
  // Escaped names would have to be unescaped alike by the rules language: they are left out.
  return /^[\w.~[\]-]+$/.test(name) ? name : "";
}

function short(text: string): string {
  return text.length <= MOST_VALUE ? text : text.slice(0, MOST_VALUE);
}
