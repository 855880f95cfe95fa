import { threadOf } from "#store/threads.ts";
import type { ThreadContext } from "#thread/context.ts";
import { threadError } from "#thread/errors.ts";
import { readableBoard } from "#thread/read.ts";

type Services = Pick<ThreadContext, "store" | "clock" | "settings">;

export interface Watched {
  readonly board: string;
  readonly threadNo: number;
  readonly subject: string;
  readonly replies: number;
  /** Replies since the watcher was last there. */
  readonly unseen: number;
  readonly archived: boolean;
}

export async function watchThread(
  { store, clock, settings }: Services,
  sessionHash: string,
  uri: string,
  no: number,
): Promise<void> {
  const board = await readableBoard({ store }, uri);
  const thread = await threadOf(store.kysely, board, no);
  if (thread === null || thread.state !== "visible") throw threadError("no_thread");
  await store.transaction(async (trx) => {
    const { count } = await trx
      .selectFrom("watch")
      .select((row) => row.fn.countAll<number>().as("count"))
      .where("sessionHash", "=", sessionHash)
      .executeTakeFirstOrThrow();
    if (count >= settings.threadsWatchedMost) throw threadError("watch_many");
    await trx
      .insertInto("watch")
      .values({
        sessionHash,
        boardId: board.id,
        threadNo: no,
        seenNo: thread.lastNo,
        createdAt: clock.now(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}

export async function unwatchThread(
  { store }: Pick<Services, "store">,
  sessionHash: string,
  uri: string,
  no: number,
): Promise<void> {
  const board = await readableBoard({ store }, uri);
  await store.kysely
    .deleteFrom("watch")
    .where("sessionHash", "=", sessionHash)
    .where("boardId", "=", board.id)
    .where("threadNo", "=", no)
    .execute();
}

/** Notes that the watcher has read the thread to its end. */
export async function seen(
  { store }: Pick<Services, "store">,
  sessionHash: string,
  uri: string,
  no: number,
  lastNo: number,
): Promise<void> {
  const board = await readableBoard({ store }, uri);
  await store.kysely
    .updateTable("watch")
    .set({ seenNo: lastNo })
    .where("sessionHash", "=", sessionHash)
    .where("boardId", "=", board.id)
    .where("threadNo", "=", no)
    .where("seenNo", "<", lastNo)
    .execute();
}

/** What somebody watches: threads with news first. */
export async function watched(
  { store }: Pick<Services, "store">,
  sessionHash: string,
): Promise<readonly Watched[]> {
  const rows = await store.kysely
    .selectFrom("watch")
    .innerJoin("board", "board.id", "watch.boardId")
    .innerJoin("thread", (join) =>
      join.onRef("thread.boardId", "=", "watch.boardId").onRef("thread.no", "=", "watch.threadNo"),
    )
    .where("watch.sessionHash", "=", sessionHash)
    .where("thread.state", "=", "visible")
    .where("board.state", "in", ["open", "locked"])
    .select(["board.uri", "thread.no", "thread.subject", "thread.replies", "thread.archivedAt"])
    .select((row) =>
      row
        .selectFrom("post")
        .whereRef("post.boardId", "=", "watch.boardId")
        .whereRef("post.threadNo", "=", "watch.threadNo")
        .whereRef("post.no", ">", "watch.seenNo")
        .where("post.state", "=", "visible")
        .select((inner) => inner.fn.countAll<number>().as("count"))
        .as("unseen"),
    )
    .orderBy("thread.changedAt", "desc")
    .execute();
  return rows
    .map(({ uri, no, subject, replies, archivedAt, unseen }) => ({
      board: uri,
      threadNo: no,
      subject,
      replies,
      unseen: unseen ?? 0,
      archived: archivedAt !== null,
    }))
    .sort((a, b) => Number(b.unseen > 0) - Number(a.unseen > 0));
}
