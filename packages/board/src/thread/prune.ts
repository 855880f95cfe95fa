import { touchBoard } from "#store/boards.ts";
import { eraseThreads } from "#store/erase.ts";
import type { Db } from "#store/open.ts";
import { archive } from "#store/threads.ts";
import { announceGone } from "#thread/announce.ts";
import type { ThreadContext } from "#thread/context.ts";
import type { Board } from "#thread/model.ts";

/** How many threads one new thread ends at most: a board made smaller shrinks step by step. */
const AT_ONCE = 20;

/** Ends the threads that fall off a board's last page, and those that ended early. */
export async function prune(
  context: Pick<ThreadContext, "store" | "mustKeep">,
  trx: Db,
  board: Board,
  now: number,
): Promise<void> {
  const { threadsPerPage, pages, earlyEnd, archive: keeps } = board.settings;
  const live = trx
    .selectFrom("thread")
    .select("no")
    .where("boardId", "=", board.id)
    .where("archivedAt", "is", null)
    .where("state", "=", "visible")
    .orderBy("sticky", "desc")
    .orderBy("bumpedAt", "desc")
    .orderBy("no", "desc");
  const fallen = await live
    .offset(threadsPerPage * pages)
    .limit(AT_ONCE)
    .execute();
  const nos = new Set(fallen.map(({ no }) => no));
  if (earlyEnd.on) {
    const young = await live
      .select(["replies", "sticky"])
      .offset(threadsPerPage * (earlyEnd.page - 1))
      .limit(threadsPerPage * pages)
      .execute();
    const few = young.filter(({ replies, sticky }) => replies < earlyEnd.replies && sticky === 0);
    // A thread that nobody answered is not worth an archive.
    const early = few.map(({ no }) => no).filter((no) => !nos.has(no));
    await endThreads(context, trx, board, early.slice(-AT_ONCE), now);
  }
  if (keeps) await archive(trx, board.id, [...nos], now);
  else await endThreads(context, trx, board, [...nos], now);
}

async function endThreads(
  { store, mustKeep }: Pick<ThreadContext, "store" | "mustKeep">,
  trx: Db,
  board: Board,
  nos: readonly number[],
  now: number,
): Promise<void> {
  const files = await eraseThreads(store, trx, board, nos, mustKeep, now);
  await announceGone(trx, store, board.uri, files, now);
}

/** Archived threads are let go after the board's days; returns how many were. */
export async function expireArchives(
  context: Pick<ThreadContext, "store" | "mustKeep" | "clock">,
  board: Board,
): Promise<number> {
  const now = context.clock.now();
  const end = now - board.settings.archiveDays * 86_400_000;
  return context.store.transaction(async (trx) => {
    const old = await trx
      .selectFrom("thread")
      .select("no")
      .where("boardId", "=", board.id)
      .where("archivedAt", "<", end)
      .where("state", "=", "visible")
      .orderBy("archivedAt")
      .limit(AT_ONCE)
      .execute();
    const nos = old.map(({ no }) => no);
    await endThreads(context, trx, board, nos, now);
    if (nos.length > 0) await touchBoard(trx, board.id);
    return nos.length;
  });
}
