import type { WebEnv } from "@egide/web/context.ts";
import type { Hono } from "hono";
import { sharedHeaders } from "#api/answer.ts";
import { type BoardSite, tagOf } from "#api/site.ts";
import { apiError } from "#api/texts.ts";
import { escapeHtml } from "#markup/html.ts";
import { parse } from "#markup/parse.ts";
import { toPlain } from "#markup/plain.ts";
import { address } from "#page/address.ts";
import { readThread } from "#thread/read.ts";

const THREAD = /^\/([a-z0-9]{1,24})\/thread\/(\d{1,15})$/;

/** oEmbed 1.0 of our own threads, for sites that show previews of links. */
export function embedRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { settings, store } = site.threads;
  const own = settings.url.replace(/\/$/, "");

  app.get("/oembed", async (c) => {
    if ((c.req.query("format") ?? "json") !== "json") throw apiError("board.embed_format");
    const url = URL.parse(c.req.query("url") ?? "");
    const match =
      url === null || url.origin !== new URL(own).origin ? null : THREAD.exec(url.pathname);
    if (match === null) throw apiError("board.embed_unknown");
    const [, uri = "", no = ""] = match;
    const { board, opening, thread } = await readThread(
      { store, previews: site.previews },
      uri,
      Number(no),
    );
    const link = own + address.thread(board.uri, thread.no);
    const excerpt = toPlain(parse(opening.text), 280);
    const title = opening.subject === "" ? excerpt.slice(0, 80) : opening.subject;
    const picture = opening.files.find(
      (file) => file.state === "stored" && file.thumb !== null && !file.spoiler,
    );
    const body = {
      version: "1.0",
      type: "rich",
      title: `${title} – /${board.uri}/`,
      author_name: opening.name,
      provider_name: settings.name,
      provider_url: `${own}/`,
      cache_age: 300,
      html: `<blockquote><p>${escapeHtml(excerpt).replaceAll("\n", "<br>")}</p><a href="${escapeHtml(link)}">${escapeHtml(title)}</a></blockquote>`,
      width: 550,
      height: null,
      ...(picture?.thumb == null
        ? {}
        : {
            thumbnail_url: own + address.thumb(picture),
            thumbnail_width: picture.thumb.width,
            thumbnail_height: picture.thumb.height,
          }),
    };
    const headers = {
      ...sharedHeaders([tagOf.thread(uri, thread.no), tagOf.board(uri)]),
      "access-control-allow-origin": "*",
    };
    return c.json(body, 200, headers);
  });
}
