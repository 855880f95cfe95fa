import type { WebContext } from "@egide/web/context.ts";
import { LOCALE_COOKIE } from "@egide/web/web.ts";
import { getCookie } from "hono/cookie";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { BoardSite } from "#api/site.ts";
import { type Frame, isTheme } from "#page/frame.ts";
import { toDocument } from "#page/layout.tsx";
import { translate } from "#page/message/text.ts";
import { openBoards } from "#store/boards.ts";

export const THEME_COOKIE = "theme";
const NAV_BOARDS = 40;
const NAV_MS = 5000;

/** The boards of the navigation, asked for every few seconds rather than for every page. */
const navigation = new WeakMap<BoardSite, { at: number; boards: Frame["boards"] }>();

async function boardsOf(site: BoardSite): Promise<Frame["boards"]> {
  const known = navigation.get(site);
  const now = site.threads.clock.monotonic();
  if (known !== undefined && now - known.at < NAV_MS) return known.boards;
  try {
    const boards = (await openBoards(site.threads.store.kysely)).slice(0, NAV_BOARDS);
    navigation.set(site, { at: now, boards });
    return boards;
  } catch {
    // Whatever else is asked of the records says that they are away; the page that tells people so
    // has to be drawn without them.
    return known?.boards ?? [];
  }
}

/** `shared`: a cache may keep the page, so it carries no visitor's token. */
export async function frameOf(c: WebContext, site: BoardSite, shared: boolean): Promise<Frame> {
  const locale = c.get("locale");
  const theme = getCookie(c, THEME_COOKIE);
  const { pathname, search } = new URL(c.req.url);
  const { settings } = site.threads;
  return {
    locale,
    t: translate(locale),
    theme: isTheme(theme) ? theme : "auto",
    site: { name: settings.name, url: settings.url.replace(/\/$/, "") },
    boards: await boardsOf(site),
    csrf: shared ? null : c.get("csrf"),
    path: pathname + search,
    assets: site.assets.of(locale),
    isStaff: false,
  };
}

export function page(
  c: WebContext,
  drawn: JSX.Element,
  status: 200 | 404 | 422 | 403 | 503 = 200,
): Response {
  return c.html(toDocument(drawn), status, { "cache-control": "private, no-store" });
}

/**
 * A page that caches may keep for a few seconds, and show while they ask again. Who chose a language
 * or colours sends a cookie: the cache's key has to name both (docs/guide/board.md).
 */
export function sharedPage(c: WebContext, drawn: JSX.Element, tags: readonly string[]): Response {
  const text = Buffer.from(toDocument(drawn));
  // Weak: what stands in between may encode the same page in another way.
  const etag = `W/"${Bun.hash(text).toString(36)}"`;
  const headers = { ...sharedHeaders(tags), etag };
  // Whoever keeps the page asks whether it is still the same (RFC 9110, section 13.1.2).
  if (names(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
  return c.body(text, 200, { ...headers, "content-type": "text/html; charset=UTF-8" });
}

/** Whether a list of entity tags names this weak one; strong ones of the same value are the same here. */
function names(list: string | undefined, etag: string): boolean {
  if (list === undefined) return false;
  return list.split(",").some((one) => {
    const tag = one.trim();
    return tag === "*" || tag === etag || `W/${tag}` === etag;
  });
}

export function sharedHeaders(tags: readonly string[]): Record<string, string> {
  return {
    "cache-control": "public, max-age=0, s-maxage=5, stale-while-revalidate=60",
    "cache-tag": tags.join(","),
    vary: "accept-language",
  };
}

/** The language that a visitor chose, if they chose one. */
export function chosenLanguage(c: WebContext): string {
  return getCookie(c, LOCALE_COOKIE) ?? "auto";
}

/** A whole number of a path or a query, or null. */
export function wholeOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
