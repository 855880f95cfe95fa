import type { Db, Store } from "#store/open.ts";
import { setBacklink } from "#store/posts.ts";
import { unindexPosts } from "#store/search.ts";
import { recount } from "#store/threads.ts";

/** Posts (by id) that must be kept although nobody sees them: reported, held by law. */
export type MustKeep = (trx: Db, postIds: readonly number[]) => Promise<ReadonlySet<number>>;

interface Doomed {
  readonly id: number;
  readonly boardId: number;
  readonly no: number;
}

/**
 * Takes posts away for good: rows, words and references; their files are swept once nothing names
 * them. What must be kept is only hidden from everybody but staff. Returns the hashes of their files.
 */
export async function erasePosts(
  store: Pick<Store, "engine">,
  trx: Db,
  board: { readonly uri: string },
  posts: readonly Doomed[],
  mustKeep: MustKeep,
  now: number,
): Promise<readonly string[]> {
  if (posts.length === 0) return [];
  const ids = posts.map(({ id }) => id);
  const kept = await mustKeep(trx, ids);
  const files = await filesOf(trx, ids);
  await forgetReferences(store, trx, board.uri, posts, now);
  const gone = ids.filter((id) => !kept.has(id));
  if (kept.size > 0) {
    await trx
      .updateTable("post")
      .set((row) => ({ state: "removed" as const, version: row("version", "+", 1) }))
      .where("id", "in", [...kept])
      .execute();
  }
  if (gone.length === 0) return files;
  await trx.deleteFrom("post_media").where("postId", "in", gone).execute();
  await trx.deleteFrom("post_edit").where("postId", "in", gone).execute();
  await trx.deleteFrom("quote").where("fromPostId", "in", gone).execute();
  await trx.deleteFrom("address_trace").where("postId", "in", gone).where("held", "=", 0).execute();
  await trx.deleteFrom("post").where("id", "in", gone).execute();
  return files;
}

async function filesOf(db: Db, postIds: readonly number[]): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("post_media")
    .select("sha256")
    .distinct()
    .where("postId", "in", postIds)
    .execute();
  return rows.map(({ sha256 }) => sha256);
}

/** Posts that cannot be seen any more are not found, and do not quote. */
export async function forgetReferences(
  store: Pick<Store, "engine">,
  trx: Db,
  uri: string,
  posts: readonly Doomed[],
  now: number,
): Promise<void> {
  const ids = posts.map(({ id }) => id);
  await unindexPosts(store, trx, ids);
  const quotes = await trx
    .selectFrom("quote")
    .select(["fromPostId", "boardId", "no"])
    .where("fromPostId", "in", ids)
    .execute();
  const nos = new Map(posts.map(({ id, no }) => [id, no]));
  for (const { fromPostId, boardId, no } of quotes) {
    const backlink = { board: uri, threadNo: 0, no: nos.get(fromPostId) as number };
    await setBacklink(trx, { boardId, no }, backlink, false, now);
  }
}

/** Ends whole threads; returns the hashes of their files. */
export async function eraseThreads(
  store: Pick<Store, "engine">,
  trx: Db,
  board: { readonly id: number; readonly uri: string },
  nos: readonly number[],
  mustKeep: MustKeep,
  now: number,
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const no of nos) {
    const posts = await trx
      .selectFrom("post")
      .select(["id", "boardId", "no"])
      .where("boardId", "=", board.id)
      .where("threadNo", "=", no)
      .execute();
    files.push(...(await erasePosts(store, trx, board, posts, mustKeep, now)));
    await trx
      .deleteFrom("watch")
      .where("boardId", "=", board.id)
      .where("threadNo", "=", no)
      .execute();
    const left = await trx
      .selectFrom("post")
      .select("id")
      .where("boardId", "=", board.id)
      .where("threadNo", "=", no)
      .limit(1)
      .executeTakeFirst();
    const thread = { boardId: board.id, no };
    if (left === undefined) {
      await trx
        .deleteFrom("thread")
        .where("boardId", "=", thread.boardId)
        .where("no", "=", thread.no)
        .execute();
    } else {
      await trx
        .updateTable("thread")
        .set({ state: "removed" })
        .where("boardId", "=", thread.boardId)
        .where("no", "=", thread.no)
        .execute();
      await recount(trx, board.id, no, now);
    }
  }
  return [...new Set(files)];
}
