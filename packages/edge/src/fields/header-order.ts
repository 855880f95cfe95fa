import type { RawHeaders } from "#stream.ts";

/** Fields that come and go with what a page does, not with what program asks. */
const COMINGS_AND_GOINGS = new Set([
  "cookie",
  "referer",
  "origin",
  "content-length",
  "content-type",
  "authorization",
  "cache-control",
  "pragma",
  "range",
  "if-none-match",
  "if-modified-since",
  "if-range",
  "if-match",
  "if-unmodified-since",
  "priority",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
  "sec-fetch-user",
  "transfer-encoding",
  "upgrade-insecure-requests",
  "x-requested-with",
]);

/** FNV-1a over the names as they are spelled: programs are told apart by it, people are not. */
export function headerOrder(headers: RawHeaders): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (COMINGS_AND_GOINGS.has(name.toLowerCase())) continue;
    for (let j = 0; j < name.length; j++) hash = Math.imul(hash ^ name.charCodeAt(j), 0x01000193);
    hash = Math.imul(hash ^ 0x0a, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
