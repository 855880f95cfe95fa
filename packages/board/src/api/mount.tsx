/** @jsxImportSource hono/jsx */
import type { ErrorPage as DrawError, WebContext, WebEnv } from "@egide/web/context.ts";
import { formOf } from "@egide/web/form.ts";
import type { Hono } from "hono";
import { frameOf } from "#api/answer.ts";
import { dueRoutes } from "#api/due.tsx";
import { embedRoutes } from "#api/embed.ts";
import { feedRoutes } from "#api/feed.ts";
import { fileRoutes } from "#api/file.ts";
import { forgetWhatChanges } from "#api/forget.ts";
import { invitationRoutes } from "#api/invitation.tsx";
import { jsonRoutes } from "#api/json.ts";
import { liveRoutes } from "#api/live.ts";
import { oldRoutes } from "#api/old.ts";
import { ownRoutes } from "#api/own.tsx";
import { postingRoutes } from "#api/posting.tsx";
import { proofRoutes } from "#api/proof.ts";
import { readRoutes } from "#api/read.tsx";
import { watchRoutes } from "#api/watch.tsx";
import type { BoardSite } from "#api/site.ts";
import { toDocument } from "#page/layout.tsx";
import { ErrorPage } from "#page/view/message.tsx";

/** Mounts all that the public reads and writes. Names of the site's own come before those of boards. */
export function mountBoard(app: Hono<WebEnv>, site: BoardSite): void {
  forgetWhatChanges(site);
  fileRoutes(app, site);
  ownRoutes(app, site);
  invitationRoutes(app, site);
  jsonRoutes(app, site);
  oldRoutes(app, site);
  feedRoutes(app, site);
  embedRoutes(app, site);
  liveRoutes(app, site);
  dueRoutes(app, site);
  watchRoutes(app, site);
  proofRoutes(app, site);
  postingRoutes(app, site);
  readRoutes(app, site);
}

/** Fields that are nobody's words. */
const NO_WORDS = /^(?:_csrf|next|password|current|new|code|list|token)$/;
const WORDS_MOST = 20_000;

/**
 * What somebody wrote into a form that was refused: given back, whatever it was refused for. Not what
 * another site wrote into it: nobody should take that for their own words.
 */
async function writtenIn(c: WebContext, code: string): Promise<readonly string[]> {
  if (c.req.method !== "POST" || code === "csrf.cross_site" || code === "web.body_too_large") {
    return [];
  }
  const form = await formOf(c).catch(() => null);
  const words: string[] = [];
  if (form === null) return words;
  for (const [name, value] of form.entries()) {
    if (typeof value !== "string" || NO_WORDS.test(name)) continue;
    // One word of a choice or a number is nothing to give back; of a text it is.
    if (name !== "text" ? !/\s/.test(value.trim()) : value.trim() === "") continue;
    words.push(value.slice(0, WORDS_MOST));
  }
  return words;
}

/** Errors as pages of the site. */
export function errorPage(site: () => BoardSite): DrawError {
  return async (c, error, status, detail) => {
    const frame = await frameOf(c, site(), false);
    const { code, retry, retryAfter } = error;
    const written = await writtenIn(c, error.code);
    const drawn = (
      <ErrorPage
        frame={frame}
        status={status}
        detail={detail}
        code={code}
        retry={retry}
        retryAfter={retryAfter}
        written={written}
      />
    );
    return new Response(toDocument(drawn), {
      status,
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  };
}
