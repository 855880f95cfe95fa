import type { Selectable } from "kysely";
import { heldByLaw } from "#moderation/act.ts";
import { boardsWhere } from "#moderation/permission.ts";
import type { Category } from "#moderation/category.ts";
import {
  advance,
  type Item,
  type ItemEvent,
  opened,
  placeOf,
  rankOf,
} from "#moderation/queue-item.ts";
import { type Actor, type ModerationDeps, need, notFound } from "#moderation/service/deps.ts";
import { isFrozen } from "#moderation/service/hold.ts";
import { addLog } from "#moderation/service/log.ts";
import { settleMedia } from "#moderation/service/media.ts";
import { mayShow } from "#moderation/service/reach.ts";
import { findTarget, recordAct, targetOf } from "#moderation/service/record.ts";
import type { Db } from "#store/open.ts";
import type { QueueItemTable } from "#store/table/moderation.ts";
import { takeTurn } from "#moderation/service/turn.ts";

export type ItemRow = Selectable<QueueItemTable>;

/** Stands for a file's hash where a list of removed texts found the post. */
const THE_TEXT = "";

export interface PostPlace {
  readonly postId: number;
  readonly boardId: number;
  readonly threadNo: number;
  readonly no: number;
}

export function itemOf(row: ItemRow): Item {
  const { state, category, openedAt, firstLookAt, decidedAt, decidedBy, outcome } = row;
  return { state, category, openedAt, firstLookAt, decidedAt, decidedBy, outcome };
}

/** Columns that follow from an item's state. */
function columnsOf(item: Item) {
  const { lane, dueAt } = placeOf(item, 0);
  const waiting = item.state === "decided" || item.state === "final" ? 0 : 1;
  return { ...item, lane: rankOf(lane), dueAt, waiting };
}

/** Why a post waits. */
export interface QueuedFor {
  readonly category: Category;
  readonly at: number;
  /** Why it is not shown until somebody approves it. */
  readonly held?: string;
  /** Hashes of files that a list found; of a match without any it was the text. */
  readonly found?: readonly string[];
}

/** Puts a post into the queue, or says something more of one that is there. */
export async function queuePost(
  trx: Db,
  post: PostPlace,
  { category, at, held, found = [] }: QueuedFor,
): Promise<{ readonly id: number; readonly isNew: boolean; readonly category: Category }> {
  if (held === "match") {
    // The queue forgets why it held a post once somebody decided; what a list found is kept.
    const { postId } = post;
    const files = found.length === 0 ? [THE_TEXT] : found;
    await trx
      .insertInto("detection")
      .values(files.map((sha256) => ({ postId, sha256, at })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  const known = await lockItem(trx, "postId", post.postId);
  if (known === undefined) {
    const columns = columnsOf(opened(category, at));
    const { id } = await trx
      .insertInto("queue_item")
      .values({ ...post, ...columns, reports: 0, held: held ?? null })
      .returning("id")
      .executeTakeFirstOrThrow();
    return { id, isNew: true, category };
  }
  const before = itemOf(known);
  const item = advance(before, { type: "report", category, at });
  const change = { ...columnsOf(item), ...(held === undefined ? {} : { held }) };
  await trx.updateTable("queue_item").set(change).where("id", "=", known.id).execute();
  return { id: known.id, isNew: item !== before, category: item.category };
}

/**
 * An entry as it stands now, which nobody else changes before the transaction is over: a write that
 * changes nothing does that in both engines. Who only reads it would decide on what was true before.
 */
async function lockItem(trx: Db, by: "id" | "postId", id: number): Promise<ItemRow | undefined> {
  return trx
    .updateTable("queue_item")
    .set((row) => ({ reports: row.ref("reports") }))
    .where(by, "=", id)
    .returningAll()
    .executeTakeFirst();
}

/** Applies an event to an item and to what reporters are told of it. */
export async function applyToItem(trx: Db, seen: ItemRow, event: ItemEvent): Promise<Item> {
  const row = (await lockItem(trx, "id", seen.id)) ?? seen;
  const before = itemOf(row);
  const item = advance(before, event);
  if (item === before) return item;
  const isOver = item.state === "decided" || item.state === "final";
  await trx
    .updateTable("queue_item")
    .set({ ...columnsOf(item), ...(isOver ? { held: null } : {}) })
    .where("id", "=", row.id)
    .execute();
  if (item.firstLookAt !== null) {
    await trx
      .updateTable("report")
      .set({ firstLookAt: item.firstLookAt })
      .where("itemId", "=", row.id)
      .where("firstLookAt", "is", null)
      .execute();
  }
  // Of those alone that it is about now: what was decided of earlier ones stays said.
  const reports = trx
    .updateTable("report")
    .where("itemId", "=", row.id)
    .where("at", ">=", item.openedAt);
  if (isOver) {
    const final = item.state === "final" ? 1 : 0;
    await reports
      .set((row) => ({
        decidedAt: row.fn.coalesce("decidedAt", row.val(item.decidedAt)),
        outcome: item.outcome,
        final,
      }))
      .execute();
  } else if (event.type === "reopen") {
    await reports.set({ decidedAt: null, outcome: null, final: 0 }).execute();
  }
  return item;
}

export async function itemRow(db: Db, id: number): Promise<ItemRow> {
  const row = await db.selectFrom("queue_item").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound();
  return row;
}

/**
 * Entries go with their posts to another board, whose staff decide from now on; and who may not post in
 * a thread may not do so there either. `post` as it stood before.
 */
export async function followPosts(
  trx: Db,
  post: { readonly id: number; readonly boardId: number; readonly threadNo: number },
): Promise<void> {
  const moved = await trx
    .selectFrom("post as start")
    .innerJoin("post", (join) =>
      join
        .onRef("post.boardId", "=", "start.boardId")
        .onRef("post.threadNo", "=", "start.threadNo"),
    )
    .innerJoin("queue_item", "queue_item.postId", "post.id")
    .select(["queue_item.id", "post.boardId", "post.threadNo", "post.no"])
    .where("start.id", "=", post.id)
    .execute();
  for (const { id, ...place } of moved) {
    await trx.updateTable("queue_item").set(place).where("id", "=", id).execute();
  }
  const { boardId, threadNo } = await targetOf(trx, post.id);
  await trx
    .updateTable("ban")
    .set({ boardId, threadNo })
    .where("boardId", "=", post.boardId)
    .where("threadNo", "=", post.threadNo)
    .execute();
}

/** The entry about a post, waiting or not; null where nobody ever reported it. */
export async function itemAbout(db: Db, postId: number): Promise<ItemRow | null> {
  const row = await db
    .selectFrom("queue_item")
    .selectAll()
    .where("postId", "=", postId)
    .executeTakeFirst();
  return row ?? null;
}

/** What waits on the boards of somebody's roles, most urgent first. */
export async function queueOf(
  { store }: Pick<ModerationDeps, "store">,
  actor: Actor,
  page: { readonly limit: number; readonly boardId?: number | undefined },
): Promise<readonly ItemRow[]> {
  const boards = boardsWhere(actor.grants, "seeQueue");
  let query = store.kysely
    .selectFrom("queue_item")
    .selectAll()
    .where("waiting", "=", 1)
    .orderBy("lane")
    .orderBy("dueAt")
    .orderBy("id")
    .limit(page.limit);
  if (boards !== "all") {
    if (boards.length === 0) return [];
    query = query.where("boardId", "in", [...boards]);
  }
  if (page.boardId !== undefined) query = query.where("boardId", "=", page.boardId);
  return query.execute();
}

/** Somebody looks at an item: the first look counts. */
export async function lookAt(deps: ModerationDeps, actor: Actor, itemId: number): Promise<ItemRow> {
  const { store, clock } = deps;
  const seen = await itemRow(store.kysely, itemId);
  need(actor, "seeQueue", seen.boardId);
  if (seen.state !== "open") return seen;
  return store.transaction(async (trx) => {
    const row = await itemRow(trx, itemId);
    await applyToItem(trx, row, { type: "look", at: clock.now() });
    await addLog(trx, store.engine, {
      at: clock.now(),
      staff: actor.id,
      action: "item.look",
      boardId: row.boardId,
      subject: `item ${itemId}`,
    });
    return itemRow(trx, itemId);
  });
}

/** Nothing is wrong with the post: what hid it until somebody looked is taken away. */
export async function dismiss(
  deps: ModerationDeps,
  actor: Actor,
  itemId: number,
  reason: string,
): Promise<void> {
  const { store, clock, posts } = deps;
  await store.transaction(async (trx) => {
    await takeTurn(trx, store, "queue_item", itemId);
    const row = await itemRow(trx, itemId);
    need(actor, "seeQueue", row.boardId);
    // Whoever says that nothing is wrong in the gravest lane says more than a janitor may.
    if (row.lane === 0) need(actor, "approve", row.boardId);
    const post = await findTarget(trx, row.postId);
    const shows = post?.state === "held";
    if (row.held !== null || shows) {
      await mayShow(trx, actor, { id: row.postId, boardId: row.boardId });
    }
    // It would be out of sight then, and before nobody.
    if (shows && (await isFrozen(trx, row.postId))) throw heldByLaw();
    const now = clock.now();
    await applyToItem(trx, row, { type: "decide", at: now, by: actor.id, outcome: "dismissed" });
    if (post !== null && (shows || row.held === "match")) {
      // A word on it, which can be taken back, and which later decisions go by as by any approval.
      const after = shows ? "visible" : post.state;
      const measure = { kind: "approve" } as const;
      const done = { measure, post, after, rule: null, reason, endsAt: null, now };
      const id = await recordAct(trx, actor, done);
      if (shows) await posts.setState(trx, post.id, "visible", now);
      await settleMedia(trx, { postId: post.id, key: id, now });
    }
    await addLog(trx, store.engine, {
      at: now,
      staff: actor.id,
      action: "item.dismiss",
      boardId: row.boardId,
      subject: `item ${itemId}`,
      detail: { postId: row.postId, reason },
    });
  });
  deps.kick();
}
