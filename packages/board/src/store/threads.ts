import type { Db } from "#store/open.ts";
import { toThread } from "#store/rows.ts";
import type { Board, Thread } from "#thread/model.ts";

export async function threadOf(db: Db, board: Board, no: number): Promise<Thread | null> {
  const row = await db
    .selectFrom("thread")
    .selectAll()
    .where("boardId", "=", board.id)
    .where("no", "=", no)
    .executeTakeFirst();
  return row === undefined ? null : toThread(row, board.uri);
}

/** Live threads in the order of the index: sticky ones, then the last bumped. */
export async function liveThreads(
  db: Db,
  board: Board,
  offset: number,
  limit: number,
): Promise<readonly Thread[]> {
  const rows = await db
    .selectFrom("thread")
    .selectAll()
    .where("boardId", "=", board.id)
    .where("archivedAt", "is", null)
    .where("state", "=", "visible")
    .orderBy("sticky", "desc")
    .orderBy("bumpedAt", "desc")
    .orderBy("no", "desc")
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map((row) => toThread(row, board.uri));
}

/** The live threads of some boards that were bumped last. */
export async function lastBumped(
  db: Db,
  boards: readonly Board[],
  limit: number,
): Promise<readonly Thread[]> {
  const rows = await db
    .selectFrom("thread")
    .selectAll()
    .where("archivedAt", "is", null)
    .where("state", "=", "visible")
    // Passed over here and not afterwards: one busy board that nobody lists would leave none.
    .where((row) =>
      row.exists(
        row
          .selectFrom("board")
          .select("board.id")
          .whereRef("board.id", "=", "thread.boardId")
          .where("board.state", "in", ["open", "locked"])
          .where("board.listed", "=", 1),
      ),
    )
    .orderBy("bumpedAt", "desc")
    .limit(limit)
    .execute();
  const uris = new Map(boards.map(({ id, uri }) => [id, uri]));
  return rows.flatMap((row) => {
    const uri = uris.get(row.boardId);
    return uri === undefined ? [] : [toThread(row, uri)];
  });
}

export async function countLive(db: Db, boardId: number): Promise<number> {
  const { count } = await db
    .selectFrom("thread")
    .select((row) => row.fn.countAll<number>().as("count"))
    .where("boardId", "=", boardId)
    .where("archivedAt", "is", null)
    .where("state", "=", "visible")
    .executeTakeFirstOrThrow();
  return count;
}

/** Archived threads, newest first, `before` a moment. */
export async function archivedThreads(
  db: Db,
  board: Board,
  before: number | null,
  limit: number,
): Promise<readonly Thread[]> {
  let query = db
    .selectFrom("thread")
    .selectAll()
    .where("boardId", "=", board.id)
    .where("archivedAt", "is not", null)
    .where("state", "=", "visible")
    .orderBy("archivedAt", "desc")
    .orderBy("no", "desc")
    .limit(limit);
  if (before !== null) query = query.where("archivedAt", "<", before);
  return (await query.execute()).map((row) => toThread(row, board.uri));
}

/** Numbers of archived threads below one, the highest `limit` of them, in their order. */
export async function archivedNumbers(
  db: Db,
  boardId: number,
  under: number | null,
  limit: number,
): Promise<readonly number[]> {
  let query = db
    .selectFrom("thread")
    .select("no")
    .where("boardId", "=", boardId)
    .where("archivedAt", "is not", null)
    .where("state", "=", "visible")
    .orderBy("no", "desc")
    .limit(limit);
  if (under !== null) query = query.where("no", "<", under);
  return (await query.execute()).map(({ no }) => no).toReversed();
}

export interface ThreadFlags {
  readonly sticky?: boolean;
  readonly locked?: boolean;
  readonly bumpLocked?: boolean;
  readonly cyclic?: boolean;
}

export async function setFlags(
  trx: Db,
  boardId: number,
  no: number,
  flags: ThreadFlags,
  now: number,
): Promise<void> {
  const given = Object.entries(flags).filter(([, on]) => on !== undefined);
  const numbers = Object.fromEntries(given.map(([name, on]) => [name, on ? 1 : 0]));
  await trx
    .updateTable("thread")
    .set((row) => ({ ...numbers, version: row("version", "+", 1), changedAt: now }))
    .where("boardId", "=", boardId)
    .where("no", "=", no)
    .execute();
}

/** Says that a thread, or a post of it, looks different: what is kept of it by its version is let go. */
export async function touchThread(
  trx: Db,
  boardId: number,
  no: number,
  now: number,
): Promise<void> {
  await trx
    .updateTable("thread")
    .set((row) => ({ version: row("version", "+", 1), changedAt: now }))
    .where("boardId", "=", boardId)
    .where("no", "=", no)
    .execute();
}

/** Counts what is visible anew: after anything but a new reply. */
export async function recount(trx: Db, boardId: number, no: number, now: number): Promise<void> {
  const visible = trx
    .selectFrom("post")
    .where("boardId", "=", boardId)
    .where("threadNo", "=", no)
    .where("state", "=", "visible");
  const { count, lastNo } = await visible
    .select((row) => [row.fn.countAll<number>().as("count"), row.fn.max("no").as("lastNo")])
    .where("no", "!=", no)
    .executeTakeFirstOrThrow();
  const { media } = await trx
    .selectFrom("post_media")
    .innerJoin("post", "post.id", "post_media.postId")
    .where("post.boardId", "=", boardId)
    .where("post.threadNo", "=", no)
    .where("post.state", "=", "visible")
    .select((row) => row.fn.countAll<number>().as("media"))
    .executeTakeFirstOrThrow();
  await trx
    .updateTable("thread")
    .set((row) => ({
      replies: count,
      media,
      lastNo: lastNo ?? no,
      version: row("version", "+", 1),
      changedAt: now,
    }))
    .where("boardId", "=", boardId)
    .where("no", "=", no)
    .execute();
}

/** Ends the life of threads in the index: they are read only from now on. */
export async function archive(
  trx: Db,
  boardId: number,
  nos: readonly number[],
  now: number,
): Promise<void> {
  if (nos.length === 0) return;
  await trx
    .updateTable("thread")
    .set((row) => ({ archivedAt: now, version: row("version", "+", 1), changedAt: now }))
    .where("boardId", "=", boardId)
    .where("no", "in", nos)
    .execute();
}
