/** What pages may load beside what comes from the site itself. */
export interface ContentPolicy {
  /** Sources of images and media beside the site's own, such as a bucket's address. */
  readonly media: readonly string[];
}

/**
 * The headers of every page. Scripts and styles come from the site's own files alone: a nonce would
 * be known to everybody once a shared cache keeps the page. Nothing may frame the page, and no
 * plugin, base or foreign form target is let in (CSP 3).
 */
export function securityHeaders(policy: ContentPolicy): readonly [string, string][] {
  const media = ["'self'", "data:", "blob:", ...policy.media].join(" ");
  const rules = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${media}`,
    `media-src ${media}`,
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return [
    ["content-security-policy", rules.join("; ")],
    ["x-content-type-options", "nosniff"],
    ["referrer-policy", "same-origin"],
    ["cross-origin-opener-policy", "same-origin"],
    ["permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"],
  ];
}
