import type { WebEnv } from "@egide/web/context.ts";
import type { Hono } from "hono";
import type { BoardSite } from "#api/site.ts";
import { translate } from "#page/message/text.ts";
import { readableBoard } from "#thread/read.ts";

/** `/proof/b`: the work that is due before this visitor's next post, for the script of the form. */
export function proofRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { store } = site.threads;

  app.get("/proof/:board{[a-z0-9]{1,24}}", async (c) => {
    const board = await readableBoard({ store }, c.req.param("board"));
    const again = c.req.query("again") !== undefined;
    const asked = await site.proof.ask(await site.posterOf(c), board, again);
    c.header("cache-control", "private, no-store");
    if (asked === null) return c.json({});
    const says = translate(c.get("locale"))("post.proof-works");
    return c.json({ ...asked.work, ticket: asked.ticket, says });
  });
}
