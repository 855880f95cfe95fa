import type { Selectable } from "kysely";
import { advanceAct, type Change, heldByLaw, postAfterUndo, withoutAct } from "#moderation/act.ts";
import { type Actor, type ModerationDeps, need, notFound } from "#moderation/service/deps.ts";
import { isFrozen, isThreadFrozen } from "#moderation/service/hold.ts";
import { addLog } from "#moderation/service/log.ts";
import { settleMedia } from "#moderation/service/media.ts";
import { followPosts } from "#moderation/service/queue.ts";
import { mayShow, reachOf } from "#moderation/service/reach.ts";
import { reconsider } from "#moderation/service/reconsider.ts";
import { findTarget, type Target, targetOf } from "#moderation/service/record.ts";
import type { Db } from "#store/open.ts";
import type { ActTable } from "#store/table/moderation.ts";
import { takeTurn } from "#moderation/service/turn.ts";

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
    await takeTurn(trx, store, "act", actId);
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

interface TakenBack {
  readonly state: ActRow["state"];
  readonly at: number;
  readonly by: Actor;
}

/** What undoing and reversing have in common. */
export async function takeBack(
  trx: Db,
  deps: ModerationDeps,
  row: ActRow,
  to: TakenBack,
): Promise<void> {
  await trx
    .updateTable("act")
    .set({ state: to.state, stateAt: to.at, stateBy: to.by.id })
    .where("id", "=", row.id)
    .execute();
  await trx.updateTable("ban").set({ liftedAt: to.at }).where("actId", "=", row.id).execute();
  const post = row.postId === null ? null : await findTarget(trx, row.postId);
  // Posts fall off the board's end like all others: then there is nothing to put back.
  if (post === null) return;
  if (row.kind === "move") await moveBack(trx, deps, row, post, to);
  const state = postAfterUndo(
    post.state,
    row,
    await otherChanges(trx, row.id, post.id),
    await isFrozen(trx, post.id),
  );
  if (state !== post.state) {
    if (state === "visible") await mayShow(trx, to.by, post);
    await deps.posts.setState(trx, post.id, state, to.at);
  }
  // Also where the post stays as it is: what the site said of its files may be what is taken back.
  await settleMedia(trx, { postId: post.id, key: `${row.id}:back`, now: to.at });
  await reconsider(trx, await targetOf(trx, post.id), { at: to.at, by: to.by.id });
}

/** What else changed the post's state, ever. */
async function otherChanges(db: Db, actId: string, postId: number) {
  return db
    .selectFrom("act")
    .select(["at", "state", "stateAt", "before", "after"])
    .where("postId", "=", postId)
    .where("id", "!=", actId)
    .execute();
}

/** The thread goes back to the board that it came from, unless it was moved on, or back, since. */
async function moveBack(
  trx: Db,
  deps: ModerationDeps,
  row: ActRow,
  post: Target,
  { at, by }: TakenBack,
): Promise<void> {
  const { boardId, threadNo } = post;
  const moves = await trx
    .selectFrom("act")
    .innerJoin("post", "post.id", "act.postId")
    .select(["act.at", "act.state", "act.stateAt", "act.boardId", "act.toBoardId"])
    .where("post.boardId", "=", boardId)
    .where("post.threadNo", "=", threadNo)
    .where("act.kind", "=", "move")
    .where("act.id", "!=", row.id)
    .execute();
  const home = withoutAct(boardId, placesOf(row), moves.map(placesOf));
  if (home === boardId) return;
  need(by, "move", boardId);
  if (await isThreadFrozen(trx, post)) throw heldByLaw();
  await deps.posts.moveThread(trx, post.id, home, at);
  await followPosts(trx, post);
}

function placesOf({
  at,
  state,
  stateAt,
  boardId,
  toBoardId,
}: Pick<ActRow, "at" | "state" | "stateAt" | "boardId" | "toBoardId">): Change<number> {
  return { at, state, stateAt, before: boardId, after: toBoardId ?? boardId };
}
