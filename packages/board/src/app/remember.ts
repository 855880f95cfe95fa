import { rememberRemoved } from "#filter/after.ts";
import type { Db } from "#store/open.ts";

/** Keeps what a post said that staff remove, so that its copies are known when they come. */
export async function remember(trx: Db, postId: number, now: number): Promise<void> {
  const post = await trx
    .selectFrom("post")
    .leftJoin("queue_item", "queue_item.postId", "post.id")
    .select(["post.subject", "post.text", "queue_item.category"])
    .where("post.id", "=", postId)
    .executeTakeFirst();
  if (post === undefined) return;
  const { subject, text, category } = post;
  await rememberRemoved(trx, { postId, subject, text }, category ?? "rule", now);
}
