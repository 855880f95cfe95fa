import { rememberRemoved } from "#filter/after.ts";
import type { Db } from "#store/open.ts";

/**
 * Keeps what a post said that staff remove, so that its copies are known when they come: everywhere
 * where the site's staff removed it, else on that board. Anybody may own a board, and would else
 * decide what nobody may say on all others.
 */
export async function remember(trx: Db, postId: number, now: number): Promise<void> {
  const post = await trx
    .selectFrom("post")
    .leftJoin("queue_item", "queue_item.postId", "post.id")
    .select(["post.boardId", "post.subject", "post.text", "queue_item.category"])
    .where("post.id", "=", postId)
    .executeTakeFirst();
  if (post === undefined) return;
  const { subject, text, category } = post;
  const bySite = await trx
    .selectFrom("act")
    .select("id")
    .where("postId", "=", postId)
    .where("after", "=", "removed")
    .where("state", "=", "in-force")
    .where("byInstance", "=", 1)
    .limit(1)
    .executeTakeFirst();
  const boardId = bySite === undefined ? post.boardId : null;
  await rememberRemoved(trx, { postId, boardId, subject, text }, category ?? "rule", now);
}
