import { createHmac } from "node:crypto";
import type { Geo } from "@egide/std/geo.ts";
import type { WebContext } from "@egide/web/context.ts";
import type { AddressHasher } from "#filter/address.ts";
import type { TorVisitors } from "#filter/tor/visitors.ts";
import type { Poster } from "#thread/posting/draft.ts";

/** Keyed hash of a visitor's session: what posts, bans and watched threads know of it. */
export function sessionHashOf(visitorId: string, key: Uint8Array): string {
  return createHmac("sha256", key).update(visitorId).digest("base64url").slice(0, 32);
}

export interface PosterParts {
  readonly sessionKey: Uint8Array;
  readonly hasher: AddressHasher;
  readonly tor: TorVisitors;
  readonly geo: Geo;
}

/** Who asks, as posts keep it. */
export function posterOf(c: WebContext, { sessionKey, hasher, tor, geo }: PosterParts): Poster {
  const sessionHash = sessionHashOf(c.get("visitor").id, sessionKey);
  const address = c.get("address");
  // An address that thousands share says nothing of one of them: no ban and no trace may stand on it.
  if (tor.has(address)) {
    const nowhere = { addressHash: null, prefixHash: null, addressPeriod: null } as const;
    return { sessionHash, ...nowhere, address: null, country: null, tor: true };
  }
  const hashed = hasher.hash(address);
  const { country } = geo.place(address);
  return {
    sessionHash,
    addressHash: hashed?.addressHash ?? null,
    prefixHash: hashed?.prefixHash ?? null,
    addressPeriod: hashed?.period ?? null,
    address,
    country: country === "" ? null : country,
  };
}
