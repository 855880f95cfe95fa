import { parseListenAddress } from "@egide/contract/policy/address.ts";

/** Pairs for HTTP and HTTPS to try in turn; 0 lets the system choose. */
export const PORT_PAIRS = [
  [80, 443],
  [8080, 8443],
  [0, 0],
] as const;

/** The first pair in which both can be listened on by us alone. */
export function freePorts(
  isFree: (port: number) => boolean = isPortFree,
): readonly [http: number, https: number] {
  return PORT_PAIRS.find(([http, https]) => isFree(http) && isFree(https)) ?? [0, 0];
}

/**
 * Listens for a moment without SO_REUSEPORT: a port that another process of ours shares out counts
 * as taken, although we could join it.
 */
export function isPortFree(port: number): boolean {
  if (port === 0) return true;
  try {
    Bun.listen({ hostname: "::", port, socket: { data() {} } }).stop(true);
    return true;
  } catch {
    return false;
  }
}

/** `[::]:8080` as a person types it into a browser on this machine. */
export function localUrl(scheme: "http" | "https", address: string): string {
  const at = parseListenAddress(address);
  if (at === null) return `${scheme}://${address}`;
  const everywhere = at.host === "::" || at.host === "0.0.0.0";
  const host = everywhere ? "localhost" : at.host.includes(":") ? `[${at.host}]` : at.host;
  const usual = at.port === (scheme === "http" ? 80 : 443);
  return `${scheme}://${host}${usual ? "" : `:${at.port}`}`;
}
