import type { CidrSet } from "@egide/std/ip.ts";
import { canonicalIp } from "@egide/std/ip.ts";
import type { RawHeaders } from "#stream.ts";
import { joinHeader } from "#wire/headers.ts";

/** Hops of X-Forwarded-For that are looked at: more are a stranger's invention. */
const HOPS = 32;

/**
 * Who the visitor is: the peer, unless the peer is a trusted proxy; then the nearest address of
 * X-Forwarded-For that is not one. What strangers put before it is never believed.
 */
export function clientAddress(peer: string, headers: RawHeaders, trusted: CidrSet): string {
  const address = spelling(peer);
  if (trusted.isEmpty || !trusted.has(address)) return address;
  const chain = joinHeader(headers, "x-forwarded-for");
  if (chain === undefined) return address;
  const hops = chain.split(",");
  let nearest = address;
  for (let i = hops.length - 1; i >= Math.max(0, hops.length - HOPS); i--) {
    const hop = canonicalIp(unbracket((hops[i] as string).trim()));
    if (hop === null) return nearest;
    nearest = hop;
    if (!trusted.has(hop)) return hop;
  }
  return nearest;
}

/** `[2001:db8::1]:443` and `192.0.2.1:443` are written by some proxies. */
function unbracket(hop: string): string {
  if (hop.startsWith("[")) return hop.slice(1, Math.max(1, hop.indexOf("]")));
  const colon = hop.indexOf(":");
  return colon > 0 && colon === hop.lastIndexOf(":") ? hop.slice(0, colon) : hop;
}

/** Peers come again with every request: their one spelling is worked out once. */
const spellings = new Map<string, string>();
const SPELLINGS = 16_384;

function spelling(peer: string): string {
  let known = spellings.get(peer);
  if (known === undefined) {
    known = canonicalIp(peer) ?? peer;
    if (spellings.size >= SPELLINGS) spellings.clear();
    spellings.set(peer, known);
  }
  return known;
}
