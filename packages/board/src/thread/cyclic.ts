import { erasePosts } from "#store/erase.ts";
import type { Db } from "#store/open.ts";
import { recount } from "#store/threads.ts";
import { announceGone } from "#thread/announce.ts";
import type { ThreadContext } from "#thread/context.ts";
import type { Board } from "#thread/model.ts";

/** Lets the oldest replies of a cyclic thread go, down to its board's bump limit. */
export async function eraseOldest(
  context: Pick<ThreadContext, "store" | "mustKeep">,
  trx: Db,
  board: Board,
  threadNo: number,
  now: number,
): Promise<void> {
  const surplus = await trx
    .selectFrom("post")
    .select(["id", "boardId", "no"])
    .where("boardId", "=", board.id)
    .where("threadNo", "=", threadNo)
    .where("no", "!=", threadNo)
    .where("state", "=", "visible")
    .orderBy("no", "desc")
    .offset(board.settings.bumpLimit)
    .limit(100)
    .execute();
  if (surplus.length === 0) return;
  const { store, mustKeep } = context;
  const files = await erasePosts(store, trx, board, surplus, mustKeep, now);
  await announceGone(trx, store, board.uri, files, now);
  await recount(trx, board.id, threadNo, now);
}
