import { boardByUri, openBoards } from "#store/boards.ts";
import type { Store } from "#store/open.ts";
import { newestPosts, postOf, postsByNo, postsOfThread, previewPosts } from "#store/posts.ts";
import { archivedThreads, countLive, lastBumped, liveThreads, threadOf } from "#store/threads.ts";
import { isReadable } from "#thread/boards.ts";
import { threadError } from "#thread/errors.ts";
import type {
  Board,
  Catalog,
  IndexPage,
  Post,
  Thread,
  ThreadPage,
  ThreadPreview,
} from "#thread/model.ts";
import type { Previews } from "#thread/previews.ts";

/** What reading takes. */
export interface ReadContext {
  readonly store: Store;
  readonly previews: Previews;
}

/** The board, if anybody may read it. */
export async function readableBoard(
  { store }: Pick<ReadContext, "store">,
  uri: string,
): Promise<Board> {
  const board = await boardByUri(store.kysely, uri);
  if (board === null || !isReadable(board.state)) throw threadError("no_board");
  return board;
}

export async function readIndex(
  context: ReadContext,
  uri: string,
  page: number,
): Promise<IndexPage> {
  const board = await readableBoard(context, uri);
  const size = board.settings.threadsPerPage;
  const db = context.store.kysely;
  const [live, threads] = await Promise.all([
    countLive(db, board.id),
    liveThreads(db, board, (page - 1) * size, size),
  ]);
  const pages = Math.max(1, Math.min(board.settings.pages, Math.ceil(live / size)));
  if (page < 1 || page > pages) throw threadError("no_thread");
  return { board, page, pages, threads: await preview(context, [board], threads) };
}

/** All live threads with their opening posts, without a reply: what is seen at a glance. */
export async function readGlance(context: ReadContext, uri: string): Promise<Catalog> {
  const board = await readableBoard(context, uri);
  const { kysely } = context.store;
  const { openings } = context.previews;
  const threads = await liveThreads(kysely, board, 0, mostLive(board));
  const missing = new Map(
    threads.filter((thread) => openings.get(thread) === null).map((thread) => [thread.no, thread]),
  );
  for (const opening of await postsByNo(kysely, board, [...missing.keys()])) {
    openings.set({ thread: missing.get(opening.no) as Thread, opening, replies: [] });
  }
  return { board, threads: threads.flatMap((thread) => openings.get(thread) ?? []) };
}

/** All live threads as an index shows them, on one page. */
export async function readCatalog(context: ReadContext, uri: string): Promise<Catalog> {
  const board = await readableBoard(context, uri);
  const threads = await liveThreads(context.store.kysely, board, 0, mostLive(board));
  return { board, threads: await preview(context, [board], threads) };
}

function mostLive({ settings: { threadsPerPage, pages } }: Board): number {
  return threadsPerPage * pages;
}

export async function readThread(
  context: ReadContext,
  uri: string,
  no: number,
): Promise<ThreadPage> {
  const board = await readableBoard(context, uri);
  const { kysely } = context.store;
  // First its version, then its posts: these may be newer than what they are kept by, never older.
  const thread = await threadOf(kysely, board, no);
  if (thread?.state !== "visible") throw threadError("no_thread");
  const { threads } = context.previews;
  const posts = threads.get(thread) ?? threads.set(thread, await postsOfThread(kysely, board, no));
  const [opening] = posts;
  if (opening?.no !== no) throw threadError("no_thread");
  return { board, thread, opening, replies: posts.slice(1) };
}

/** One post in sight, wherever it stands: for previews of quotes, and to find its thread. */
export async function readPost(
  context: Pick<ReadContext, "store">,
  uri: string,
  no: number,
): Promise<Post> {
  const board = await readableBoard(context, uri);
  const post = await postOf(context.store.kysely, board, no);
  if (post === null) throw threadError("no_post");
  return post;
}

/** The threads that were bumped last, on all listed boards. */
export async function readOverboard(
  context: ReadContext,
  limit: number,
): Promise<readonly ThreadPreview[]> {
  const db = context.store.kysely;
  const boards = await openBoards(db);
  if (boards.length === 0) return [];
  return preview(context, boards, await lastBumped(db, boards, limit));
}

export interface ArchivePage {
  readonly board: Board;
  readonly threads: readonly ThreadPreview[];
  /** Give this as `before` for the next page. */
  readonly next: number | null;
}

const ARCHIVE_PAGE = 100;

export async function readArchive(
  context: ReadContext,
  uri: string,
  before: number | null,
): Promise<ArchivePage> {
  const board = await readableBoard(context, uri);
  const threads = await archivedThreads(context.store.kysely, board, before, ARCHIVE_PAGE);
  const last = threads.at(-1);
  const next = threads.length < ARCHIVE_PAGE || last === undefined ? null : last.archivedAt;
  return { board, threads: await preview(context, [board], threads), next };
}

export async function readNewest(
  context: Pick<ReadContext, "store">,
  uri: string | null,
  limit: number,
): Promise<readonly Post[]> {
  const db = context.store.kysely;
  const boards = uri === null ? await openBoards(db) : [await readableBoard(context, uri)];
  return newestPosts(db, boards, limit);
}

/** Threads with the posts that an index shows; what has not changed since it was read is not read again. */
async function preview(
  { store, previews }: ReadContext,
  boards: readonly Board[],
  threads: readonly Thread[],
): Promise<readonly ThreadPreview[]> {
  const byUri = new Map(boards.map((board) => [board.uri, board]));
  const missing = threads
    .filter((thread) => previews.whole.get(thread) === null)
    .map((thread) => ({ boardId: (byUri.get(thread.board) as Board).id, thread }));
  // SQLite takes at most 500 parts of a union (SQLITE_MAX_COMPOUND_SELECT).
  for (let at = 0; at < missing.length; at += 100) {
    const some = missing.slice(at, at + 100);
    const last = Math.max(...boards.map(({ settings }) => settings.previewReplies));
    const posts = await previewPosts(store.kysely, some, last);
    for (const { thread } of some) {
      const own = posts.filter(
        ({ board, threadNo }) => board === thread.board && threadNo === thread.no,
      );
      const [opening, ...replies] = own;
      if (opening?.no === thread.no) previews.whole.set({ thread, opening, replies });
    }
  }
  return threads.flatMap((thread) => {
    const known = previews.whole.get(thread);
    const most = byUri.get(thread.board)?.settings.previewReplies ?? 0;
    if (known === null) return [];
    if (known.replies.length <= most) return [known];
    return [{ ...known, thread, replies: most === 0 ? [] : known.replies.slice(-most) }];
  });
}
