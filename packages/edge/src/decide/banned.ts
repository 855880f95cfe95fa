import { canonicalIp } from "@egide/std/ip.ts";
import type { Facts } from "#facts.ts";
import type { Verdict } from "#verdict.ts";

const CODE = "ban.address";
const DROP: Verdict = { kind: "drop", code: CODE };
const DENY: Verdict = { kind: "deny", status: 403, code: CODE, headers: [], order: null };

/**
 * A banned visitor on a connection that was there before the ban is hung up on. One who comes through
 * a trusted proxy shares the connection with others: that request alone is refused.
 */
export function judgeBanned({ exchange, client }: Facts<unknown>): Verdict {
  return canonicalIp(exchange.client.remote.address) === client ? DROP : DENY;
}
