import type { WebContext, WebEnv } from "@egide/web/context.ts";
import type { Hono } from "hono";
import { sharedHeaders } from "#api/answer.ts";
import { type BoardSite, tagOf } from "#api/site.ts";
import { escapeHtml } from "#markup/html.ts";
import { parse } from "#markup/parse.ts";
import { toPlain } from "#markup/plain.ts";
import { address } from "#page/address.ts";
import type { Post } from "#thread/model.ts";
import { readNewest, readThread, readableBoard } from "#thread/read.ts";

/** A feed before it is written in one of the two formats. */
export interface Feed {
  readonly title: string;
  readonly subtitle: string;
  /** Of the site, without a slash at its end. */
  readonly site: string;
  /** Path of the page that it follows, and of itself. */
  readonly path: string;
  readonly self: string;
  readonly updated: number;
  /** Newest first. */
  readonly posts: readonly Post[];
}

const MOST = 50;

/** Atom and RSS of each board and each thread. */
export function feedRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { settings, clock, store } = site.threads;
  const url = settings.url.replace(/\/$/, "");
  const write = { atom, rss } as const;

  for (const type of ["atom", "rss"] as const) {
    app.get(`/:board{[a-z0-9]{1,24}}/index.${type}`, async (c) => {
      const board = await readableBoard({ store }, c.req.param("board"));
      const posts = await readNewest({ store }, board.uri, MOST);
      const feed: Feed = {
        title: `/${board.uri}/ – ${board.title}`,
        subtitle: board.subtitle,
        site: url,
        path: address.board(board.uri),
        self: address.feed(board.uri, type),
        updated: posts[0]?.createdAt ?? board.createdAt,
        posts,
      };
      return answer(c, type, write[type](feed), [tagOf.board(board.uri)]);
    });

    app.get(`/:board{[a-z0-9]{1,24}}/thread/:file{[0-9]{1,15}\\.${type}}`, async (c) => {
      const no = Number.parseInt(c.req.param("file"), 10);
      const { board, thread, opening, replies } = await readThread(
        { store, previews: site.previews },
        c.req.param("board"),
        no,
      );
      const posts = [opening, ...replies].slice(-MOST).toReversed();
      const subject = opening.subject === "" ? toPlain(parse(opening.text), 80) : opening.subject;
      const feed: Feed = {
        title: `/${board.uri}/ – ${subject}`,
        subtitle: "",
        site: url,
        path: address.thread(board.uri, no),
        self: address.threadFeed(board.uri, no, type),
        updated: Math.min(thread.changedAt, clock.now()),
        posts,
      };
      return answer(c, type, write[type](feed), [
        tagOf.thread(board.uri, no),
        tagOf.board(board.uri),
      ]);
    });
  }
}

function answer(
  c: WebContext,
  type: "atom" | "rss",
  body: string,
  tags: readonly string[],
): Response {
  const contentType = `application/${type}+xml; charset=utf-8`;
  return c.body(body, 200, { ...sharedHeaders(tags), "content-type": contentType });
}

/** RFC 4287. */
export function atom({ title, subtitle, site, path, self, updated, posts }: Feed): string {
  const entries = posts.map((post) => {
    const link = site + address.post(post.board, post.threadNo, post.no);
    const at = new Date(post.createdAt).toISOString();
    return `<entry><id>${xml(link)}</id><title>${xml(titleOf(post))}</title><link href="${xml(link)}"/><published>${at}</published><updated>${new Date(post.editedAt ?? post.createdAt).toISOString()}</updated><author><name>${xml(post.name)}</name></author><content type="html">${xml(contentOf(post, site))}</content></entry>`;
  });
  const about = subtitle === "" ? "" : `<subtitle>${xml(subtitle)}</subtitle>`;
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>${xml(site + path)}</id><title>${xml(title)}</title>${about}<link href="${xml(site + path)}"/><link rel="self" href="${xml(site + self)}"/><updated>${new Date(updated).toISOString()}</updated>${entries.join("")}</feed>`;
}

/** RSS 2.0. */
export function rss({ title, subtitle, site, path, self, updated, posts }: Feed): string {
  const items = posts.map((post) => {
    const link = site + address.post(post.board, post.threadNo, post.no);
    return `<item><title>${xml(titleOf(post))}</title><link>${xml(link)}</link><guid>${xml(link)}</guid><pubDate>${new Date(post.createdAt).toUTCString()}</pubDate><description>${xml(contentOf(post, site))}</description></item>`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>${xml(title)}</title><link>${xml(site + path)}</link><atom:link rel="self" type="application/rss+xml" href="${xml(site + self)}"/><description>${xml(subtitle === "" ? title : subtitle)}</description><lastBuildDate>${new Date(updated).toUTCString()}</lastBuildDate>${items.join("")}</channel></rss>`;
}

function titleOf(post: Post): string {
  if (post.subject !== "") return post.subject;
  const text = toPlain(parse(post.text), 80).replaceAll("\n", " ");
  return text === "" ? `No. ${post.no}` : text;
}

/** The post's HTML, with addresses that hold outside of the site, and its pictures. */
function contentOf(post: Post, site: string): string {
  const html = post.html.replaceAll('href="/', `href="${site}/`);
  const pictures = post.files
    .filter((file) => file.state === "stored" && file.thumb !== null && !file.spoiler)
    .map((file) => `<p><img src="${site}${address.thumb(file)}" alt=""></p>`);
  return pictures.join("") + html;
}

/** Characters that XML 1.0 does not know (section 2.2) are left out. */
function xml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the controls are what is looked for
  return escapeHtml(text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, ""));
}
