/** @jsxImportSource hono/jsx */
import type { WebEnv } from "@egide/web/context.ts";
import { formOf } from "@egide/web/form.ts";
import type { Hono } from "hono";
import { frameOf, page } from "#api/answer.ts";
import type { BoardSite } from "#api/site.ts";
import { WatchedPage } from "#page/view/watched.tsx";
import { unwatchThread, watched, watchThread } from "#thread/watch.ts";

/** Watched threads of visitors without scripts; with them, the browser keeps its own list. */
export function watchRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { threads } = site;

  app.get("/watched", async (c) => {
    const frame = await frameOf(c, site, false);
    const { sessionHash } = await site.posterOf(c);
    return page(c, <WatchedPage frame={frame} threads={await watched(threads, sessionHash)} />);
  });

  app.post("/:board{[a-z0-9]{1,24}}/thread/:no{[0-9]{1,15}}/watch", async (c) => {
    const form = await formOf(c);
    const poster = await site.posterOf(c);
    const change = form.has("off") ? unwatchThread : watchThread;
    await site.pace.take("watch", poster);
    await change(threads, poster.sessionHash, c.req.param("board"), Number(c.req.param("no")));
    return c.redirect("/watched", 303);
  });
}
