import { visitorBehind } from "@egide/std/forwarded.ts";
import type { CidrSet } from "@egide/std/ip.ts";
import { canonicalIp } from "@egide/std/ip.ts";
import type { RawHeaders } from "#stream.ts";
import { joinHeader } from "#wire/headers.ts";

/** Who the visitor is, in the one spelling of the address: the peer, or whom a trusted proxy names. */
export function clientAddress(peer: string, headers: RawHeaders, trusted: CidrSet): string {
  const address = spelling(peer);
  if (trusted.isEmpty || !trusted.has(address)) return address;
  return visitorBehind(address, joinHeader(headers, "x-forwarded-for"), trusted);
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
