import { frozenAmong } from "#moderation/service/hold.ts";
import type { Db } from "#store/open.ts";

/**
 * Posts that neither their poster nor pruning may take away: those under legal hold, and those that
 * staff still have to look at. They are hidden from the public and kept.
 */
export async function mustKeep(trx: Db, postIds: readonly number[]): Promise<ReadonlySet<number>> {
  if (postIds.length === 0) return new Set();
  const frozen = await frozenAmong(trx, postIds);
  const waiting = await trx
    .selectFrom("queue_item")
    .select("postId")
    .where("postId", "in", [...postIds])
    .where("waiting", "=", 1)
    .execute();
  return new Set([...frozen, ...waiting.map(({ postId }) => postId)]);
}
