import type { RawHeaders } from "#stream.ts";

/** What pages of the edge's own say beside their type: for whom they are, and that nobody keeps them. */
export function ownHeaders(lang: string, varies = "Accept, Accept-Language"): RawHeaders {
  return [
    "Content-Language",
    lang,
    "Vary",
    varies,
    "Cache-Control",
    "no-store",
    "X-Content-Type-Options",
    "nosniff",
  ];
}
