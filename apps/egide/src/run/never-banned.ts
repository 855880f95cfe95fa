import type { Config } from "@egide/contract/config.ts";

/** Who is never banned by configuration: those who speak for others, then the operator's own list. */
export function neverBanned({ kernel, trustedProxies, listen }: Config): [string[], string[]] {
  return [[...trustedProxies, ...listen.proxyProtocol], kernel.neverBan];
}
