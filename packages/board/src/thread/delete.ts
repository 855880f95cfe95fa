import { timingSafeEqual } from "node:crypto";
import { touchBoard } from "#store/boards.ts";
import { erasePosts, eraseThreads } from "#store/erase.ts";
import { recount } from "#store/threads.ts";
import { announce } from "#thread/announce.ts";
import type { ThreadContext } from "#thread/context.ts";
import { threadError } from "#thread/errors.ts";
import type { BoardEvent } from "#thread/events.ts";
import { deletionOf } from "#thread/posting/post.ts";
import { readableBoard } from "#thread/read.ts";

export interface Deleter {
  readonly sessionHash: string;
  /** Empty: none was given. */
  readonly password: string;
}

/** What is gone, for caches that have to let it go too. */
export interface Deleted {
  readonly board: string;
  readonly no: number;
  readonly threadNo: number;
  readonly thread: boolean;
  /** Hashes of files that stood in what was deleted. */
  readonly files: readonly string[];
}

/** Deletes a post for its poster; with the opening post goes its thread. */
export async function deleteOwn(
  context: ThreadContext,
  uri: string,
  no: number,
  deleter: Deleter,
): Promise<Deleted> {
  const board = await readableBoard(context, uri);
  const now = context.clock.now();
  const deleted = await context.store.transaction(async (trx): Promise<Deleted> => {
    const row = await trx
      .selectFrom("post")
      .select(["id", "boardId", "no", "threadNo", "createdAt", "sessionHash", "deletion", "state"])
      .where("boardId", "=", board.id)
      .where("no", "=", no)
      .executeTakeFirst();
    // What staff took out of sight is theirs: as long as it stands it can be weighed again.
    if (row === undefined || row.state === "removed" || row.state === "hidden") {
      throw threadError("no_post");
    }
    const given = deletionOf(context, deleter.password);
    const own = row.sessionHash !== null && row.sessionHash === deleter.sessionHash;
    if (!own && !isSame(given, row.deletion)) {
      // Nobody else learns which of the missing numbers wait for staff.
      throw threadError(row.state === "visible" ? "not_yours" : "no_post");
    }
    const { deletion, deletionMinutes } = board.settings;
    const late = deletionMinutes > 0 && now - row.createdAt > deletionMinutes * 60_000;
    if (!deletion || late) throw threadError("no_deletion");
    const thread = row.no === row.threadNo;
    const { store, mustKeep } = context;
    const files = thread
      ? await eraseThreads(store, trx, board, [no], mustKeep, now)
      : await erasePosts(store, trx, board, [row], mustKeep, now);
    if (!thread) await recount(trx, board.id, row.threadNo, now);
    await touchBoard(trx, board.id);
    const gone = { board: uri, no, threadNo: row.threadNo, thread, files };
    const { engine } = store;
    await announce(trx, { engine, from: context.events.id, now }, eventOf(gone));
    return gone;
  });
  context.events.publish(eventOf(deleted));
  return deleted;
}

function eventOf({ board, no, threadNo, thread, files }: Deleted): BoardEvent {
  return { kind: thread ? "thread-removed" : "removed", board, threadNo, no, media: files };
}

function isSame(given: string | null, kept: string | null): boolean {
  if (given === null || kept === null || given.length !== kept.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(kept));
}
