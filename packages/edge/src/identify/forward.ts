import { Remember } from "@egide/std/remember.ts";
import type { RawHeaders } from "#stream.ts";
import { isHopByHop } from "#wire/h1/framing.ts";

/** Fields that this edge writes itself; what a visitor sent under these names is dropped. */
const OWN = new Set([
  "host",
  "content-length",
  "forwarded",
  "x-forwarded",
  "x-original-url",
  "x-rewrite-url",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
  "front-end-https",
  "x-request-id",
  "http2-settings",
  // A CGI would find it as HTTP_PROXY, where libraries look for a proxy to use (httpoxy).
  "proxy",
]);

/** Every name of this family says who forwarded what: none of it is a stranger's to say. */
const FORWARDED = "x-forwarded-";

/** What becomes of a field on its way to the origin. */
type Fate = "pass" | "drop" | "via" | "loop";

/** The fate of a name lies in the name alone, and names come again with every request. */
const fates = new Remember<Fate>();

function fateOf(name: string): Fate {
  let fate = fates.get(name);
  if (fate === undefined) {
    fate = judge(name.toLowerCase());
    fates.set(name, fate);
  }
  return fate;
}

function judge(lower: string): Fate {
  if (lower === "via") return "via";
  if (lower === "cdn-loop") return "loop";
  return isDropped(lower, null) ? "drop" : "pass";
}

export interface Forwarding {
  readonly client: string;
  readonly scheme: "http" | "https";
  readonly authority: string;
  readonly requestId: string;
  /** HTTP version the request came with, for Via. */
  readonly version: 10 | 11 | 20 | 30;
  /** Name of this edge in Via and CDN-Loop. */
  readonly pseudonym: string;
}

const VIA: Record<number, string> = { 10: "1.0", 11: "1.1", 20: "2", 30: "3" };

/**
 * The fields an origin gets: the visitor's end-to-end ones, and what this hop says of itself (RFC
 * 7239, RFC 8586, RFC 9110 section 7.6.3). Names with underscores that an origin's CGI could not tell
 * from a field of ours are dropped with it.
 */
export function forwardHeaders(
  headers: RawHeaders,
  nominated: readonly string[] | null,
  by: Forwarding,
): RawHeaders {
  const out: RawHeaders = [];
  let via = "";
  let loop = "";
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    const fate = fateOf(name);
    if (fate === "via") via += `${value}, `;
    else if (fate === "loop") loop += `${value}, `;
    else if (fate === "pass" && (nominated === null || !isDropped(name.toLowerCase(), nominated))) {
      out.push(name, value);
    }
  }
  const { client } = by;
  out.push(
    "X-Forwarded-For",
    client,
    "X-Forwarded-Proto",
    by.scheme,
    "X-Forwarded-Host",
    by.authority,
    "Forwarded",
    forwarded(by),
    "X-Request-Id",
    by.requestId,
    "Via",
    via === "" ? viaOf(by) : via + viaOf(by),
    "CDN-Loop",
    loop === "" ? by.pseudonym : loop + by.pseudonym,
  );
  return out;
}

let viaName = "";
let viaTexts: Record<number, string> = {};

function viaOf({ version, pseudonym }: Forwarding): string {
  if (pseudonym !== viaName) {
    viaName = pseudonym;
    viaTexts = {};
  }
  return (viaTexts[version] ??= `${VIA[version] as string} ${pseudonym}`);
}

/** Forwarded (RFC 7239) by visitor, for the site that he asked for last: most ask for one. */
const forwardedTexts = new Map<string, { authority: string; scheme: string; text: string }>();
const FORWARDED_TEXTS = 8192;

function forwarded({ client, authority, scheme }: Forwarding): string {
  const known = forwardedTexts.get(client);
  if (known !== undefined && known.authority === authority && known.scheme === scheme) {
    return known.text;
  }
  const quoted = client.includes(":") ? `"[${client}]"` : client;
  const text = `for=${quoted};proto=${scheme};host="${authority}"`;
  if (forwardedTexts.size >= FORWARDED_TEXTS) forwardedTexts.clear();
  forwardedTexts.set(client, { authority, scheme, text });
  return text;
}

function isDropped(lower: string, nominated: readonly string[] | null): boolean {
  if (isOwn(lower) || isHopByHop(lower, nominated)) return true;
  if (!lower.includes("_")) return false;
  const spelt = lower.replaceAll("_", "-");
  return isOwn(spelt) || isHopByHop(spelt, nominated);
}

function isOwn(lower: string): boolean {
  return OWN.has(lower) || lower.startsWith(FORWARDED);
}

/** True where CDN-Loop (RFC 8586) shows that this edge has seen the request before. */
export function isLoop(headers: RawHeaders, pseudonym: string): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length !== 8 || name.toLowerCase() !== "cdn-loop") continue;
    for (const entry of (headers[i + 1] as string).split(",")) {
      if ((entry.split(";")[0] as string).trim().toLowerCase() === pseudonym) return true;
    }
  }
  return false;
}
