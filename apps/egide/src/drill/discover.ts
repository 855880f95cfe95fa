import { Connection, type Target } from "#drill/connection.ts";
import type { Site } from "#drill/person.ts";
import { browser, type Looks, requestText } from "#drill/request.ts";

const MOST_PAGES = 12;
const MOST_ASSETS = 12;
const ASSET = /\.(?:css|js|mjs|png|jpe?g|gif|webp|avif|svg|ico|woff2?)(?:\?|$)/i;
const FEED = /\.(?:rss|atom)$|\/(?:feed|rss|atom)(?:\.xml)?\/?$/i;

/** Finds what a visitor of the site would: the links and files of its start page. */
export async function discover(target: Target): Promise<Site> {
  const line = new Connection(target, undefined);
  const looks = browser(() => 0);
  const answer = await line.ask(requestText({ path: "/", host: target.name, looks: plain(looks) }));
  line.close();
  return readSite(answer.body, target.name);
}

/** `text`: the page's HTML. Only what is of the same site counts. */
export function readSite(text: string, host: string): Site {
  const paths = new Set<string>();
  for (const [, value = ""] of text.matchAll(/\b(?:href|src)\s*=\s*["']?([^"'\s>]+)/gi)) {
    const url = URL.parse(value, `http://${host}/`);
    if (url !== null && url.hostname === host) paths.add(`${url.pathname}${url.search}`);
  }
  const all = [...paths];
  const assets = all.filter((path) => ASSET.test(path));
  const pages = all.filter((path) => !ASSET.test(path) && !FEED.test(path));
  return {
    pages: ["/", ...pages.filter((path) => path !== "/")].slice(0, MOST_PAGES),
    assets: assets.slice(0, MOST_ASSETS),
    feed: all.find((path) => FEED.test(path)) ?? null,
    data: null,
    form: null,
  };
}

/** Read as text, so nothing may be compressed. */
function plain(looks: Looks): Looks {
  return { fields: looks.fields.filter(([name]) => name !== "Accept-Encoding") };
}
