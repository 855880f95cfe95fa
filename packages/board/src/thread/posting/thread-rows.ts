import type { Db } from "#store/open.ts";
import type { ContentState } from "#store/table/thread.ts";
import type { ThreadContext } from "#thread/context.ts";
import type { Board, Thread } from "#thread/model.ts";
import { prune } from "#thread/prune.ts";
import { eraseOldest } from "#thread/cyclic.ts";

interface Opening {
  readonly no: number;
  readonly subject: string;
  readonly state: ContentState;
  readonly media: number;
}

/** Makes the thread of an opening post, and ends those that it pushes out. */
export async function openThread(
  context: ThreadContext,
  trx: Db,
  board: Board,
  { no, subject, state, media }: Opening,
  now: number,
): Promise<void> {
  await trx
    .insertInto("thread")
    .values({
      boardId: board.id,
      no,
      createdAt: now,
      bumpedAt: now,
      subject,
      sticky: 0,
      locked: 0,
      bumpLocked: 0,
      cyclic: 0,
      archivedAt: null,
      replies: 0,
      // Of posts in sight alone.
      media: state === "visible" ? media : 0,
      state,
      version: 1,
      lastNo: no,
      changedAt: now,
    })
    .execute();
  if (state === "visible") await prune(context, trx, board, now);
}

/** Whether a reply moves its thread up. */
export function mayBump(
  { settings }: Board,
  thread: Pick<Thread, "cyclic" | "replies" | "bumpLocked" | "archivedAt">,
): boolean {
  // A cyclic thread has no limit: its oldest replies go instead.
  const young = thread.cyclic || thread.replies < settings.bumpLimit;
  return young && !thread.bumpLocked && thread.archivedAt === null;
}

/** Counts a visible reply in, and bumps the thread where that is due. */
export async function grow(
  context: ThreadContext,
  trx: Db,
  board: Board,
  thread: Thread,
  reply: { readonly no: number; readonly sage: boolean; readonly media: number },
  now: number,
): Promise<void> {
  const bumps = !reply.sage && mayBump(board, thread);
  await trx
    .updateTable("thread")
    .set((row) => ({
      replies: row("replies", "+", 1),
      media: row("media", "+", reply.media),
      version: row("version", "+", 1),
      lastNo: reply.no,
      changedAt: now,
      ...(bumps ? { bumpedAt: now } : {}),
    }))
    .where("boardId", "=", board.id)
    .where("no", "=", thread.no)
    .execute();
  if (thread.cyclic) await eraseOldest(context, trx, board, thread.no, now);
}
