import { advanceHold, type Hold, type HoldEvent, placed } from "#moderation/hold.ts";
import { seal, unseal } from "#moderation/seal.ts";
import { type Actor, bad, type ModerationDeps, need, notFound } from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import type { Db } from "#store/open.ts";
import { takeTurn } from "#moderation/service/turn.ts";

/** Whether a post is under a legal hold: then nothing may change, show or destroy it. */
export async function isFrozen(db: Db, postId: number): Promise<boolean> {
  return (await frozenAmong(db, [postId])).has(postId);
}

/** Whether a post of a thread is under a legal hold: then the thread stays where it is. */
export async function isThreadFrozen(
  db: Db,
  { boardId, threadNo }: { readonly boardId: number; readonly threadNo: number },
): Promise<boolean> {
  const row = await db
    .selectFrom("post")
    .innerJoin("hold_item", "hold_item.postId", "post.id")
    .innerJoin("hold", "hold.id", "hold_item.holdId")
    .select("post.id")
    .where("post.boardId", "=", boardId)
    .where("post.threadNo", "=", threadNo)
    .where("hold.state", "!=", "released")
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Those of `postIds` that are under a legal hold: what pruning and deletion leave alone. */
export async function frozenAmong(
  db: Db,
  postIds: readonly number[],
): Promise<ReadonlySet<number>> {
  if (postIds.length === 0) return new Set();
  const rows = await db
    .selectFrom("hold_item")
    .innerJoin("hold", "hold.id", "hold_item.holdId")
    .select("hold_item.postId")
    .where("hold_item.postId", "in", [...postIds])
    .where("hold.state", "!=", "released")
    .execute();
  return new Set(rows.map(({ postId }) => postId));
}

export interface HoldOrder {
  readonly postIds: readonly number[];
  readonly authority: string;
  readonly reference: string;
  readonly reason: string;
}

/** Freezes posts with their media and the address that is still known, and seals copies. */
export async function placeHold(
  { store, clock, sealKey }: ModerationDeps,
  actor: Actor,
  order: HoldOrder,
): Promise<number> {
  need(actor, "hold", null);
  if (order.reason.trim() === "" || order.authority.trim() === "" || order.postIds.length === 0) {
    throw bad("board.bad_reason", "A hold says which posts, who asks for it, and why.");
  }
  return store.transaction(async (trx) => {
    const at = clock.now();
    const { id } = await trx
      .insertInto("hold")
      .values({
        ...placed(actor.id, at),
        reason: order.reason.trim(),
        authority: order.authority.trim(),
        reference: order.reference.trim(),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    for (const postId of order.postIds) {
      const copy = seal(await copyOf(trx, postId), contextOf(id, postId), sealKey);
      await trx
        .insertInto("hold_item")
        .values({ holdId: id, postId, ...copy })
        .execute();
    }
    const ids = [...order.postIds];
    await trx.updateTable("address_trace").set({ held: 1 }).where("postId", "in", ids).execute();
    await addLog(trx, store.engine, {
      at,
      staff: actor.id,
      action: "hold.place",
      boardId: null,
      subject: `hold ${id}`,
      detail: order,
    });
    return id;
  });
}

async function copyOf(trx: Db, postId: number): Promise<string> {
  const post = await trx.selectFrom("post").selectAll().where("id", "=", postId).executeTakeFirst();
  if (post === undefined) throw notFound();
  const media = await trx
    .selectFrom("post_media")
    .innerJoin("media as file", "file.sha256", "post_media.sha256")
    .select(["file.sha256", "file.md5", "file.pdq", "file.kind", "post_media.filename"])
    .where("postId", "=", postId)
    .execute();
  const trace = await trx
    .selectFrom("address_trace")
    .select(["address", "createdAt"])
    .where("postId", "=", postId)
    .executeTakeFirst();
  return JSON.stringify({ post, media, trace: trace ?? null });
}

function contextOf(holdId: number, postId: number): string {
  return `egide hold ${holdId} post ${postId}`;
}

/** Opens a sealed copy: who did it, and why, stays in the log. */
export async function openSealed(
  { store, clock, sealKey }: ModerationDeps,
  actor: Actor,
  { holdId, postId, reason }: { holdId: number; postId: number; reason: string },
): Promise<string> {
  need(actor, "hold", null);
  if (reason.trim() === "") throw bad("board.bad_reason", "Say why it is opened.");
  return store.transaction(async (trx) => {
    const row = await trx
      .selectFrom("hold_item")
      .select("sealed")
      .where("holdId", "=", holdId)
      .where("postId", "=", postId)
      .executeTakeFirst();
    if (row === undefined) throw notFound();
    await addLog(trx, store.engine, {
      at: clock.now(),
      staff: actor.id,
      action: "hold.open",
      boardId: null,
      subject: `hold ${holdId}`,
      detail: { postId, reason: reason.trim() },
    });
    return unseal(row.sealed, contextOf(holdId, postId), sealKey);
  });
}

/** Asks for the release, refuses it, or (a second person) agrees to it. */
export async function changeHold(
  { store, clock }: ModerationDeps,
  actor: Actor,
  holdId: number,
  type: HoldEvent["type"],
): Promise<Hold> {
  need(actor, "releaseHold", null);
  return store.transaction(async (trx) => {
    await takeTurn(trx, store, "hold", holdId);
    const row = await trx
      .selectFrom("hold")
      .selectAll()
      .where("id", "=", holdId)
      .executeTakeFirst();
    if (row === undefined) throw notFound();
    const at = clock.now();
    const next = advanceHold(row, { type, by: actor.id, at });
    const { state, requestedBy, releasedBy, releasedAt } = next;
    await trx
      .updateTable("hold")
      .set({ state, requestedBy, releasedBy, releasedAt })
      .where("id", "=", holdId)
      .execute();
    if (state === "released") await forgetAddresses(trx, holdId);
    await addLog(trx, store.engine, {
      at,
      staff: actor.id,
      action: `hold.${type}`,
      boardId: null,
      subject: `hold ${holdId}`,
    });
    return next;
  });
}

/** Addresses are kept for no longer than the last hold on their post. */
async function forgetAddresses(trx: Db, holdId: number): Promise<void> {
  const rows = await trx
    .selectFrom("hold_item")
    .select("postId")
    .where("holdId", "=", holdId)
    .execute();
  const ids = rows.map(({ postId }) => postId);
  const still = await frozenAmong(trx, ids);
  const free = ids.filter((id) => !still.has(id));
  if (free.length === 0) return;
  await trx.updateTable("address_trace").set({ held: 0 }).where("postId", "in", free).execute();
}
