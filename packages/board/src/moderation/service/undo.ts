import type { Selectable } from "kysely";
import { advanceAct, postAfterUndo } from "#moderation/act.ts";
import { type Actor, type ModerationDeps, need, notFound } from "#moderation/service/deps.ts";
import { isFrozen } from "#moderation/service/hold.ts";
import { addLog } from "#moderation/service/log.ts";
import { settleMedia } from "#moderation/service/media.ts";
import { applyToItem } from "#moderation/service/queue.ts";
import { mayShow, reachOf } from "#moderation/service/reach.ts";
import type { Db } from "#store/open.ts";
import type { ActTable } from "#store/table/moderation.ts";

export type ActRow = Selectable<ActTable>;

export async function actRow(db: Db, id: string): Promise<ActRow> {
  const row = await db.selectFrom("act").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound();
  return row;
}

/** Takes an act back within 30 days: the post stands as before, a ban is lifted. */
export async function undo(
  deps: ModerationDeps,
  actor: Actor,
  actId: string,
  reason: string,
): Promise<void> {
  const { store, clock } = deps;
  await store.transaction(async (trx) => {
    const row = await actRow(trx, actId);
    need(actor, "undo", reachOf(row));
    const at = clock.now();
    const next = advanceAct({ ...row, by: row.staffId }, { type: "undo", at });
    await takeBack(trx, deps, row, { state: next.state, at, by: actor });
    await addLog(trx, store.engine, {
      at,
      staff: actor.id,
      action: "act.undo",
      boardId: row.boardId,
      subject: `act ${actId}`,
      detail: { reason },
    });
  });
  deps.kick();
}

/** What undoing and reversing have in common. */
export async function takeBack(
  trx: Db,
  deps: ModerationDeps,
  row: ActRow,
  to: { readonly state: ActRow["state"]; readonly at: number; readonly by: Actor },
): Promise<void> {
  await trx
    .updateTable("act")
    .set({ state: to.state, stateAt: to.at, stateBy: to.by.id })
    .where("id", "=", row.id)
    .execute();
  await trx.updateTable("ban").set({ liftedAt: to.at }).where("actId", "=", row.id).execute();
  if (row.postId === null) return;
  const post = await trx
    .selectFrom("post")
    .select(["state", "boardId"])
    .where("id", "=", row.postId)
    .executeTakeFirst();
  // Posts fall off the board's end like all others: then there is nothing to put back.
  if (post === undefined) return;
  const frozen = await isFrozen(trx, row.postId);
  const back = postAfterUndo(post.state, { ...row, by: row.staffId }, frozen);
  if (back === post.state) return;
  if (back === "visible") await mayShow(trx, to.by, { id: row.postId, boardId: post.boardId });
  await deps.posts.setState(trx, row.postId, back, to.at);
  await settleMedia(trx, { postId: row.postId, key: `${row.id}:back`, now: to.at });
  const item = await trx
    .selectFrom("queue_item")
    .selectAll()
    .where("postId", "=", row.postId)
    .executeTakeFirst();
  if (item !== undefined && item.outcome !== null) {
    await applyToItem(trx, item, { type: "reverse", at: to.at, by: to.by.id });
  }
}
