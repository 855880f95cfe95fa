import type { WebContext } from "@egide/web/context.ts";
import type { BoardSite } from "#api/site.ts";
import { allows, CAPCODES, highestRole } from "#moderation/permission.ts";
import type { Board } from "#thread/model.ts";

/** The capcode under which whoever asks may write on a board; null for almost everybody. */
export async function capcodeOf(
  site: Pick<BoardSite, "actorOf">,
  c: WebContext,
  board: Board,
): Promise<string | null> {
  const actor = await site.actorOf(c);
  const role = actor === null ? null : highestRole(actor.grants, "postAsStaff", board.id);
  return role === null ? null : CAPCODES[role];
}

/** Whether whoever asks may moderate a board. */
export async function moderates(
  site: Pick<BoardSite, "actorOf">,
  c: WebContext,
  board: Board,
): Promise<boolean> {
  const actor = await site.actorOf(c);
  return actor !== null && allows(actor.grants, "seeQueue", board.id);
}
