import type { RawHeaders } from "#stream.ts";
import { getHeader } from "#wire/headers.ts";

/** What a page is made of, as far as a request's path and headers tell. */
export type Kind = "page" | "asset" | "feed" | "data";

const ASSET = new Set(
  "css js mjs map png jpg jpeg gif webp avif svg ico bmp woff woff2 ttf otf eot mp4 webm mp3 ogg wasm webmanifest".split(
    " ",
  ),
);
const DESTINATIONS: Readonly<Record<string, Kind>> = {
  document: "page",
  iframe: "page",
  frame: "page",
  empty: "data",
};

/** What is asked for, before anybody has answered. `path` is without its query. */
export function kindOf(path: string, headers: RawHeaders): Kind {
  const destination = getHeader(headers, "sec-fetch-dest");
  if (destination !== undefined && destination !== "") return DESTINATIONS[destination] ?? "asset";
  const dot = path.lastIndexOf(".");
  const extension = dot > path.lastIndexOf("/") ? path.slice(dot + 1).toLowerCase() : "";
  if (ASSET.has(extension)) return "asset";
  if (extension === "rss" || extension === "atom" || FEED.test(path)) return "feed";
  const accept = getHeader(headers, "accept") ?? "";
  if (accept.includes("text/html")) return "page";
  if (accept.includes("rss+xml") || accept.includes("atom+xml")) return "feed";
  if (extension === "json" || accept.startsWith("application/json")) return "data";
  return accept.startsWith("image/") ? "asset" : "page";
}

/** Short, and without repetition: paths are strangers' texts. */
const FEED = /(?:^|\/)(?:feed|rss|atom)(?:\.xml|\.json)?\/?$/;
