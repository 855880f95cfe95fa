/** @jsxImportSource hono/jsx */
import type { WebEnv } from "@egide/web/context.ts";
import type { Hono } from "hono";
import { frameOf, page } from "#api/answer.ts";
import type { BoardSite } from "#api/site.ts";
import { acceptOffer, INVITATION_PATH, offerOf } from "#move/invitation.ts";
import { InvitationPage } from "#page/view/invitation.tsx";
import { boardById } from "#store/boards.ts";

const PATH = `${INVITATION_PATH}/:token{[A-Za-z0-9_-]{22}}`;

/** Where whoever looked after a board elsewhere takes that up again here, with an account of their own. */
export function invitationRoutes(app: Hono<WebEnv>, site: BoardSite): void {
  const { store, clock } = site.threads;

  app.get(PATH, async (c) => {
    const frame = await frameOf(c, site, false);
    const offer = await offerOf(store.kysely, c.req.param("token"), clock.now());
    const board = offer.boardId === null ? null : await boardById(store.kysely, offer.boardId);
    const person = await site.personOf(c);
    const props = { offer, board: board?.uri ?? null, as: person?.username ?? person?.id ?? null };
    return page(c, <InvitationPage frame={frame} {...props} />);
  });

  app.post(PATH, async (c) => {
    const person = await site.personOf(c);
    // Their session may have ended since they opened the page.
    if (person === null) {
      return c.redirect(`/account/sign-in?next=${encodeURIComponent(c.req.path)}`, 303);
    }
    const account = { id: person.id, username: person.username ?? person.id };
    await acceptOffer(store, c.req.param("token"), account, clock.now());
    return c.redirect("/staff", 303);
  });
}
