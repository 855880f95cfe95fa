import type { WebContext, WebEnv } from "@egide/web/context.ts";
import type { Hono } from "hono";
import { address } from "#page/address.ts";
import type { BoardSite } from "#api/site.ts";
import { boardByUri } from "#store/boards.ts";
import type { MediaKind } from "#store/table/media.ts";
import { threadError } from "#thread/errors.ts";
import { readPost } from "#thread/read.ts";

/**
 * Addresses that boards had before they were brought here, as vichan and jschan make them: links
 * from elsewhere go on working. Browsers carry `#123` along; the page's script finds the post by it.
 */
export function oldRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const db = site.threads.store.kysely;

  /** `/b/res/123.html`, `/b/res/123-a-slug.html`, `/b/res/123+50.html`, `/b/thread/123.html`. */
  for (const folder of ["res", "thread"] as const) {
    app.get(
      `/:board{[a-z0-9]{1,24}}/${folder}/:file{[0-9]{1,15}(?:[+-].{0,300})?\\.html}`,
      async (c) => {
        const uri = c.req.param("board");
        const no = Number.parseInt(c.req.param("file"), 10);
        const { threadNo } = await readPost(site.threads, uri, no);
        const to = threadNo === no ? address.thread(uri, no) : address.post(uri, threadNo, no);
        return c.redirect(to, 301);
      },
    );
  }

  /** `/b/index.html`, `/b/2.html`, `/b/catalog.html`, `/b/archive.html`. */
  app.get(
    "/:board{[a-z0-9]{1,24}}/:file{(?:index|catalog|archive|[0-9]{1,4})\\.html}",
    async (c) => {
      const uri = c.req.param("board");
      if ((await boardByUri(db, uri)) === null) throw threadError("no_board");
      const name = c.req.param("file").slice(0, -5);
      if (name === "catalog") return c.redirect(address.catalog(uri), 301);
      if (name === "archive") return c.redirect(address.archive(uri), 301);
      return c.redirect(address.index(uri, name === "index" ? 1 : Number(name)), 301);
    },
  );

  const file = async (c: WebContext): Promise<Response> => {
    const path = decoded(new URL(c.req.url).pathname.slice(1));
    if (path === null) throw threadError("no_post");
    const found = await db
      .selectFrom("old_file")
      .innerJoin("media as kept", "kept.sha256", "old_file.sha256")
      .select(["kept.sha256", "kept.kind"])
      .where("old_file.address", "=", path)
      .where("kept.state", "=", "stored")
      .executeTakeFirst();
    if (found === undefined) throw threadError("no_post");
    const { sha256, kind } = found;
    return c.redirect(address.file({ sha256, kind: kind satisfies MediaKind }), 301);
  };
  app.get("/:board{[a-z0-9]{1,24}}/src/:name", file);
  app.get("/file/:name", file);
  app.get("/media/:name", file);
}

/** Null: nothing was ever called so. PostgreSQL keeps no NUL and looks for none. */
function decoded(path: string): string | null {
  try {
    const text = decodeURIComponent(path);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}
