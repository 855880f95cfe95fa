/** What pages may load beside what comes from the site itself. */
export interface ContentPolicy {
  /** Sources of images and media beside the site's own, such as a bucket's address. */
  readonly media: readonly string[];
}

/**
 * The headers of every page. Scripts and styles run by the answer's nonce or from the site itself;
 * nothing may frame the page, and no plugin, base or foreign form target is let in (CSP 3).
 */
export function securityHeaders(nonce: string, policy: ContentPolicy): readonly [string, string][] {
  const media = ["'self'", "data:", "blob:", ...policy.media].join(" ");
  const rules = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
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
