import { Remember } from "@egide/std/remember.ts";
import type { CacheUse } from "#facts.ts";
import type { RawHeaders } from "#stream.ts";
import { nameIs } from "#wire/headers.ts";

const known = new Remember<CacheUse>();

/**
 * What our own cache says it did, out of the Cache-Status (RFC 9211) that it adds behind all other
 * fields: the last one is ours, if it begins with our name.
 */
export function cacheUse(headers: RawHeaders, name: string): CacheUse {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const field = headers[i] as string;
    if (field.length !== 12 || !nameIs(field, "cache-status")) continue;
    const status = headers[i + 1] as string;
    let use = known.get(status);
    if (use === undefined) {
      use = status.startsWith(`${name};`) ? read(status) : "none";
      known.set(status, use);
    }
    return use;
  }
  return "none";
}

function read(status: string): CacheUse {
  if (status.includes("; collapsed")) return "collapsed";
  if (status.includes("; hit")) return status.includes("; ttl=-") ? "stale" : "hit";
  if (status.includes("; fwd=stale")) {
    if (status.includes("; detail=origin-down")) return "stale";
    return status.includes("; fwd-status=304") ? "revalidated" : "miss";
  }
  return status.includes("; fwd=bypass") || status.includes("; fwd=method") ? "bypass" : "miss";
}
