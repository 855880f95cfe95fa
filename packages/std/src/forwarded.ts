import type { CidrSet } from "#ip.ts";
import { canonicalIp } from "#ip.ts";

/** Hops of X-Forwarded-For that are looked at: more are a stranger's invention. */
const HOPS = 32;

/**
 * Who the visitor behind a trusted `proxy` is: the nearest address of its X-Forwarded-For that is
 * not trusted itself. What strangers put before it is never believed.
 */
export function visitorBehind(proxy: string, chain: string | undefined, trusted: CidrSet): string {
  if (chain === undefined) return proxy;
  const hops = chain.split(",");
  let nearest = proxy;
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
