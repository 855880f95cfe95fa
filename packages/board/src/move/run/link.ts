import type { Target } from "#move/run/boards.ts";
import type { ImportContext, ImportOrder } from "#move/run/context.ts";
import { boardById } from "#store/boards.ts";
import type { Db } from "#store/open.ts";
import { setBacklink } from "#store/posts.ts";
import { recount, touchThread } from "#store/threads.ts";
import type { Board } from "#thread/model.ts";
import { render } from "#thread/posting/render.ts";

const BATCH = 100;

/** Counts the threads of a board anew, and lets readers in; posting begins once references are right. */
export async function settleBoard(
  { store, clock }: ImportContext,
  { board, surveyed, isDone }: Target,
): Promise<void> {
  const numbers = [...surveyed.threads.keys()];
  for (let at = 0; at < numbers.length; at += BATCH) {
    await store.transaction(async (trx) => {
      for (const no of numbers.slice(at, at + BATCH)) {
        await recount(trx, board.id, no, clock.now());
      }
    });
  }
  await store.transaction(async (trx) => {
    const { newest } = await trx
      .selectFrom("post")
      .select((row) => row.fn.max("createdAt").as("newest"))
      .where("boardId", "=", board.id)
      .where("state", "=", "visible")
      .executeTakeFirstOrThrow();
    await trx
      .updateTable("board")
      .set((row) => ({
        lastPostAt: newest ?? null,
        version: row("version", "+", 1),
        ...(isDone ? {} : { state: "locked" as const }),
      }))
      .where("id", "=", board.id)
      .execute();
  });
}

/** Looks up what texts refer to, now that all of it is here; goes on where an earlier run stopped. */
export async function linkBoard(
  { store, clock }: ImportContext,
  order: ImportOrder,
  target: Target,
): Promise<void> {
  const { from } = target;
  const board = (await boardById(store.kysely, target.board.id)) as Board;
  for (let after = target.linkedNo; ; ) {
    const posts = await store.kysely
      .selectFrom("post")
      .select(["id", "no", "threadNo", "text", "state", "dice"])
      .where("boardId", "=", board.id)
      .where("no", ">", after)
      .where("text", "like", "%>>%")
      .orderBy("no")
      .limit(BATCH)
      .execute();
    const last = posts.at(-1)?.no ?? Math.max(after, target.surveyed.lastNo);
    await store.transaction(async (trx) => {
      for (const post of posts) await linkPost(trx, board, post, clock.now());
      await trx
        .updateTable("import_board")
        .set({ linkedNo: last })
        .where("source", "=", order.name)
        .where("uri", "=", from)
        .execute();
    });
    after = last;
    if (posts.length < BATCH) return;
  }
}

interface Linked {
  readonly id: number;
  readonly no: number;
  readonly threadNo: number;
  readonly text: string;
  readonly state: string;
  readonly dice: string;
}

async function linkPost(trx: Db, board: Board, post: Linked, now: number): Promise<void> {
  // Nothing is rolled again: what dice showed came along, or stands in the text.
  const rolled = JSON.parse(post.dice) as readonly (readonly number[])[];
  const still = { ...board, settings: { ...board.settings, dice: rolled.length > 0 } };
  const { html, quotes } = await render(trx, still, post.text, () => 0, rolled);
  if (quotes.length === 0) return;
  await trx
    .updateTable("post")
    .set((set) => ({ html, version: set("version", "+", 1) }))
    .where("id", "=", post.id)
    .execute();
  // The board is read while this goes on.
  await touchThread(trx, board.id, post.threadNo, now);
  await trx
    .insertInto("quote")
    .values(quotes.map((quote) => ({ fromPostId: post.id, ...quote })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (post.state !== "visible") return;
  const backlink = { board: board.uri, threadNo: post.threadNo, no: post.no };
  for (const quote of quotes) await setBacklink(trx, quote, backlink, true, now);
}

/** What this run did not take is not taken by another. */
export async function settleNumbers(
  { store }: ImportContext,
  order: ImportOrder,
  { from, surveyed, numbers }: Target,
): Promise<void> {
  await store.kysely
    .updateTable("import_board")
    .set({ doneNo: Math.max(numbers.doneNo, surveyed.newestNo) })
    .where("source", "=", order.name)
    .where("uri", "=", from)
    .execute();
}

/** The board is as it was: whoever may post there may do so here. */
export async function openBoard(
  { store, clock }: ImportContext,
  order: ImportOrder,
  { from, board, surveyed, isDone }: Target,
): Promise<void> {
  if (isDone) return;
  const { locked, listed } = surveyed.board;
  await store.transaction(async (trx) => {
    await trx
      .updateTable("board")
      .set((row) => ({
        state: locked ? ("locked" as const) : ("open" as const),
        listed: listed ? 1 : 0,
        version: row("version", "+", 1),
      }))
      .where("id", "=", board.id)
      .execute();
    await trx
      .updateTable("import_board")
      .set({ doneAt: clock.now() })
      .where("source", "=", order.name)
      .where("uri", "=", from)
      .execute();
  });
}
