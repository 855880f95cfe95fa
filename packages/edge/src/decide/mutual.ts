import type { Verdict } from "#verdict.ts";
import type { TlsFacts } from "#wire/conn.ts";

/**
 * A zone that demands client certificates is open to connections that proved one to that very zone:
 * not over plain HTTP, not over HTTP/3 (which shows no certificates here), not over a connection that
 * was opened under another zone's name. RFC 9110, section 15.5.20: the client may come back on its own.
 */
export function judgeMutual(tls: TlsFacts | null, isOwnName: boolean): Verdict | null {
  if (tls?.clientCertificate?.verified === true && isOwnName) return null;
  return { kind: "deny", status: 421, code: "edge.no_certificate", headers: [], order: null };
}
