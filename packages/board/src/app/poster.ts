import { createHmac } from "node:crypto";
import type { WebContext } from "@egide/web/context.ts";
import type { AddressHasher } from "#filter/address.ts";
import type { Poster } from "#thread/posting/draft.ts";

/** Keyed hash of a visitor's session: what posts, bans and watched threads know of it. */
export function sessionHashOf(visitorId: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(visitorId).digest("base64url").slice(0, 32);
}

/** Who asks, as posts keep it. */
export function posterOf(c: WebContext, key: Uint8Array, hasher: AddressHasher): Poster {
  const address = c.get("address");
  const hashed = hasher.hash(address);
  return {
    sessionHash: sessionHashOf(c.get("visitor").id, key),
    addressHash: hashed?.addressHash ?? null,
    prefixHash: hashed?.prefixHash ?? null,
    addressPeriod: hashed?.period ?? null,
    address,
    country: null,
  };
}
