import { boardById, touchBoard } from "#store/boards.ts";
import { forgetReferences } from "#store/erase.ts";
import type { Db, Store } from "#store/open.ts";
import { setBacklink } from "#store/posts.ts";
import { indexPost } from "#store/search.ts";
import type { ContentState } from "#store/table/thread.ts";
import { recount, threadOf } from "#store/threads.ts";
import type { BoardEvent } from "#thread/events.ts";
import type { Board } from "#thread/model.ts";
import { mayBump } from "#thread/posting/thread-rows.ts";

/**
 * Gives a post another state, with all that hangs on it: counts, the words that are found, references
 * to and from it; the state of an opening post is that of its thread. Within the transaction of the
 * act that says so. Returns what to publish once that is committed, or null where nothing changed.
 */
export async function setPostState(
  store: Pick<Store, "engine">,
  trx: Db,
  postId: number,
  state: ContentState,
  now: number,
): Promise<BoardEvent | null> {
  const post = await trx
    .selectFrom("post")
    .select(["id", "boardId", "no", "threadNo", "createdAt", "subject", "text", "sage", "state"])
    .where("id", "=", postId)
    .executeTakeFirst();
  if (post === undefined || post.state === state) return null;
  const board = await boardById(trx, post.boardId);
  if (board === null) return null;
  const { boardId, no, threadNo } = post;
  await trx
    .updateTable("post")
    .set((row) => ({ state, version: row("version", "+", 1) }))
    .where("id", "=", postId)
    .execute();
  if (post.state === "visible") await forgetReferences(store, trx, board.uri, [post], now);
  if (state === "visible") {
    const words = `${post.subject}\n${post.text}`;
    await indexPost(store, trx, { id: postId, boardId, words });
    const quotes = await trx
      .selectFrom("quote")
      .select(["boardId", "no"])
      .where("fromPostId", "=", postId)
      .execute();
    const backlink = { board: board.uri, threadNo, no };
    for (const quote of quotes) await setBacklink(trx, quote, backlink, true, now);
  }
  const opens = no === threadNo;
  // Whoever keeps a copy of a file has to let it go now: its address says that it never changes.
  const media = post.state === "visible" ? await filesOf(trx, post) : [];
  const bumps = post.state === "held" && state === "visible" && (await bumpsNow(trx, board, post));
  await trx
    .updateTable("thread")
    .set({ ...(opens ? { state } : {}), ...(bumps ? { bumpedAt: now } : {}), changedAt: now })
    .where("boardId", "=", boardId)
    .where("no", "=", threadNo)
    .execute();
  await recount(trx, boardId, threadNo, now);
  await touchBoard(trx, boardId);
  const kind = state === "visible" ? "post" : opens ? "thread-removed" : "removed";
  const event = { kind, board: board.uri, threadNo, no } as const;
  return media.length === 0 ? event : { ...event, media };
}

/** Whether a post that waited moves its thread up as it would have then: unless it did, being seen. */
async function bumpsNow(
  trx: Db,
  board: Board,
  post: {
    readonly no: number;
    readonly threadNo: number;
    readonly createdAt: number;
    readonly sage: number;
  },
): Promise<boolean> {
  const thread = await threadOf(trx, board, post.threadNo);
  if (thread === null || post.sage === 1 || !mayBump(board, thread)) return false;
  const opens = post.no === post.threadNo;
  // A thread that nobody answered tells nothing of whether its opening post was seen.
  return thread.bumpedAt < post.createdAt || (opens && thread.bumpedAt === post.createdAt);
}

/** Hashes of a post's files; with an opening post its whole thread goes out of sight. */
async function filesOf(
  trx: Db,
  post: {
    readonly id: number;
    readonly boardId: number;
    readonly no: number;
    readonly threadNo: number;
  },
): Promise<readonly string[]> {
  const query = trx
    .selectFrom("post_media")
    .innerJoin("post", "post.id", "post_media.postId")
    .select("post_media.sha256")
    .distinct();
  const files =
    post.no === post.threadNo
      ? query.where("post.boardId", "=", post.boardId).where("post.threadNo", "=", post.no)
      : query.where("post.id", "=", post.id);
  return (await files.execute()).map(({ sha256 }) => sha256);
}
