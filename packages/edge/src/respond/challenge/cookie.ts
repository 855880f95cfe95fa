/** `__Host-` keeps neighbours under the same parent domain from planting one (RFC 6265bis). */
const SECURE = "__Host-egide-clearance";
const PLAIN = "egide-clearance";

/**
 * Says nothing but that a challenge was met, so it may go along from other sites: else the return of
 * a payment, posted from the bank's page, would be challenged and lost.
 */
export function clearanceCookie(value: string, seconds: number, secure: boolean): string {
  const attributes = `Path=/; Max-Age=${seconds}; HttpOnly`;
  return secure
    ? `${SECURE}=${value}; ${attributes}; Secure; SameSite=None; Partitioned`
    : `${PLAIN}=${value}; ${attributes}; SameSite=Lax`;
}
