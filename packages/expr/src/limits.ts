/** Bounds on what an expression may cost to read. Cloudflare's own bound on the text is 4,096 chars. */
export const MOST_CHARS = 16_384;
/** Parentheses, calls and `not` inside each other. */
export const MOST_DEPTH = 64;
/** Bytes of one pattern or wildcard. */
export const MOST_PATTERN = 2048;
/** Patterns in one expression. */
export const MOST_PATTERNS = 64;
