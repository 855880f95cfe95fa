import { isIP } from "node:net";
import type { OriginSettings } from "@egide/contract/policy/origin.ts";

/** How to open TLS to an origin. */
export interface OriginTls {
  readonly serverName: string | null;
  readonly ca: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  readonly verify: "full" | "chain" | "none";
  readonly alpn: "http/1.1" | "h2";
}

/** Node's name for a certificate whose chain is good but which is for another host. */
const WRONG_NAME = "ERR_TLS_CERT_ALTNAME_INVALID";

/** May a handshake that ended with `problem` be gone on with? */
export function tolerates(verify: OriginTls["verify"], problem: Error | null): boolean {
  if (problem === null || verify === "none") return true;
  return verify === "chain" && (problem as { code?: unknown }).code === WRONG_NAME;
}

export function originTls(
  settings: OriginSettings["tls"],
  host: string | null,
  alpn: OriginTls["alpn"],
): OriginTls {
  return {
    // An address is no server name (RFC 6066, section 3); the certificate is then judged by it.
    serverName: settings.serverName ?? (host === null || isIP(host) !== 0 ? null : host),
    ca: settings.ca ?? null,
    certificate: settings.certificate ?? null,
    key: settings.key ?? null,
    verify: settings.verify,
    alpn,
  };
}
