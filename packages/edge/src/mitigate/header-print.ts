import type { RawHeaders } from "#stream.ts";

/** Fields that one browser sends with some requests and not with others. */
const FICKLE = new Set([
  "authorization",
  "cache-control",
  "content-length",
  "content-type",
  "cookie",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "origin",
  "pragma",
  "priority",
  "range",
  "referer",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
  "sec-fetch-user",
  "transfer-encoding",
  "upgrade-insecure-requests",
  "x-requested-with",
]);

/**
 * Which fields a client sends, in its order and its spelling, as eight hexadecimal digits. One program
 * has one or a few of them, whatever it says of itself in User-Agent.
 */
export function headerPrint(headers: RawHeaders): string {
  let names = "";
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (FICKLE.has(name.toLowerCase()) || name.toLowerCase().startsWith("x-forwarded")) continue;
    names += `${name},`;
  }
  return Bun.hash.xxHash32(names).toString(16).padStart(8, "0");
}
