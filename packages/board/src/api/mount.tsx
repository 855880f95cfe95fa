/** @jsxImportSource hono/jsx */
import type { ErrorPage as DrawError, WebEnv } from "@egide/web/context.ts";
import type { Hono } from "hono";
import { frameOf } from "#api/answer.ts";
import { dueRoutes } from "#api/due.tsx";
import { embedRoutes } from "#api/embed.ts";
import { feedRoutes } from "#api/feed.ts";
import { fileRoutes } from "#api/file.ts";
import { jsonRoutes } from "#api/json.ts";
import { liveRoutes } from "#api/live.tsx";
import { ownRoutes } from "#api/own.tsx";
import { postingRoutes } from "#api/posting.tsx";
import { readRoutes } from "#api/read.tsx";
import type { BoardSite } from "#api/site.ts";
import { toDocument } from "#page/layout.tsx";
import { ErrorPage } from "#page/view/message.tsx";

/** Mounts all that the public reads and writes. Names of the site's own come before those of boards. */
export function mountBoard(app: Hono<WebEnv>, site: BoardSite): void {
  fileRoutes(app, site);
  ownRoutes(app, site);
  jsonRoutes(app, site);
  feedRoutes(app, site);
  embedRoutes(app, site);
  liveRoutes(app, site);
  dueRoutes(app, site);
  postingRoutes(app, site);
  readRoutes(app, site);
}

/** Errors as pages of the site. */
export function errorPage(site: () => BoardSite): DrawError {
  return async (c, error, status, detail) => {
    const frame = await frameOf(c, site(), false);
    const { code, retry, retryAfter } = error;
    const drawn = (
      <ErrorPage
        frame={frame}
        status={status}
        detail={detail}
        code={code}
        retry={retry}
        retryAfter={retryAfter}
      />
    );
    return new Response(toDocument(drawn), {
      status,
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  };
}
