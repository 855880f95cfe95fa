/** @jsxImportSource hono/jsx */
import type { Frame } from "@egide/web/account/routes.tsx";
import { frameOf } from "#api/answer.ts";
import type { BoardSite } from "#api/site.ts";
import { Layout, toDocument } from "#page/layout.tsx";

/** Account pages in the site's own frame; staff find the way to theirs on them. */
export function accountFrame(site: BoardSite): Frame {
  return async (c, { title, body, status }) => {
    const isStaff = (await site.actorOf(c)) !== null;
    const frame = { ...(await frameOf(c, site, false)), isStaff };
    const drawn = (
      <Layout frame={frame} head={{ title, noIndex: true }}>
        {isStaff ? (
          <p>
            <a href="/staff">{frame.t("staff.area")}</a>
          </p>
        ) : null}
        {body}
      </Layout>
    );
    c.header("cache-control", "private, no-store");
    return c.html(toDocument(drawn), status as 200);
  };
}
