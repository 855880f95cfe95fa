import { touchBoard } from "#store/boards.ts";
import { forgetReferences } from "#store/erase.ts";
import type { Db } from "#store/open.ts";
import { setBacklink } from "#store/posts.ts";
import { indexPost } from "#store/search.ts";
import { setFlags, type ThreadFlags, threadOf } from "#store/threads.ts";
import { announce } from "#thread/announce.ts";
import type { ThreadContext } from "#thread/context.ts";
import { threadError } from "#thread/errors.ts";
import { SUBJECT_MOST } from "#thread/posting/check.ts";
import { lineOf } from "#thread/posting/name.ts";
import { render } from "#thread/posting/render.ts";
import { readableBoard } from "#thread/read.ts";

export interface Edit {
  readonly subject: string;
  readonly text: string;
  readonly reason: string;
  readonly staffId: string;
}

/** What else is done in the transaction of a change, or against it by throwing: asked at its end. */
export type Also = (trx: Db, postId: number) => Promise<void>;

async function nothingElse(): Promise<void> {
  // The change alone.
}

/** Changes what a post says, keeping what it said; whether staff may is asked before. */
export async function editPost(
  context: ThreadContext,
  uri: string,
  no: number,
  { subject: written, text, reason, staffId }: Edit,
  also: Also = nothingElse,
): Promise<void> {
  const { store, clock } = context;
  const board = await readableBoard(context, uri);
  const subject = lineOf(written);
  if (text.length > board.settings.textMost) throw threadError("text_long");
  if (subject.length > SUBJECT_MOST) throw threadError("field_long");
  const now = clock.now();
  const threadNo = await store.transaction(async (trx) => {
    const row = await trx
      .selectFrom("post")
      .select(["id", "boardId", "no", "threadNo", "subject", "text", "dice", "state"])
      .where("boardId", "=", board.id)
      .where("no", "=", no)
      .executeTakeFirst();
    if (row === undefined) throw threadError("no_post");
    await trx
      .insertInto("post_edit")
      .values({
        postId: row.id,
        at: now,
        staffId,
        reason,
        subject: row.subject,
        text: row.text,
      })
      .execute();
    await forgetReferences(store, trx, uri, [row], now);
    await trx.deleteFrom("quote").where("fromPostId", "=", row.id).execute();
    const rendered = await render(trx, board, text, context.random, JSON.parse(row.dice));
    await trx
      .updateTable("post")
      .set((set) => ({
        subject,
        text,
        html: rendered.html,
        dice: JSON.stringify(rendered.dice),
        editedAt: now,
        editedBy: staffId,
        version: set("version", "+", 1),
      }))
      .where("id", "=", row.id)
      .execute();
    for (const quote of rendered.quotes) {
      await trx
        .insertInto("quote")
        .values({ fromPostId: row.id, ...quote })
        .execute();
    }
    if (row.state === "visible") {
      const words = `${subject}\n${text}`;
      await indexPost(store, trx, { id: row.id, boardId: board.id, words });
      const backlink = { board: uri, threadNo: row.threadNo, no };
      for (const quote of rendered.quotes) await setBacklink(trx, quote, backlink, true, now);
    }
    await trx
      .updateTable("thread")
      .set((set) => ({
        version: set("version", "+", 1),
        changedAt: now,
        ...(row.threadNo === no ? { subject } : {}),
      }))
      .where("boardId", "=", board.id)
      .where("no", "=", row.threadNo)
      .execute();
    await touchBoard(trx, board.id);
    const event = { kind: "changed", board: uri, threadNo: row.threadNo, no } as const;
    await announce(trx, { engine: store.engine, from: context.events.id, now }, event);
    await also(trx, row.id);
    return row.threadNo;
  });
  context.events.publish({ kind: "changed", board: uri, threadNo, no });
}

/** Sticks, locks, bump-locks or cycles a thread. */
export async function flagThread(
  context: ThreadContext,
  uri: string,
  no: number,
  flags: ThreadFlags,
  also: Also = nothingElse,
): Promise<void> {
  const { store, clock, events } = context;
  const board = await readableBoard(context, uri);
  const event = { kind: "changed", board: uri, threadNo: no, no } as const;
  await store.transaction(async (trx) => {
    if ((await threadOf(trx, board, no)) === null) throw threadError("no_thread");
    const now = clock.now();
    await setFlags(trx, board.id, no, flags, now);
    await touchBoard(trx, board.id);
    await announce(trx, { engine: store.engine, from: events.id, now }, event);
    const { id } = await trx
      .selectFrom("post")
      .select("id")
      .where("boardId", "=", board.id)
      .where("no", "=", no)
      .executeTakeFirstOrThrow();
    await also(trx, id);
  });
  events.publish(event);
}
