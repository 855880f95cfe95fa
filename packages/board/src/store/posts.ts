import { type Insertable, sql } from "kysely";
import { inSight } from "#store/in-sight.ts";
import type { Db, Store } from "#store/open.ts";
import { POST_COLUMNS, type PostRow, toPost } from "#store/rows.ts";
import type { PostTable } from "#store/table/post.ts";
import { touchThread } from "#store/threads.ts";
import type { Backlink, Board, Post, Thread } from "#thread/model.ts";

export async function insertPost(trx: Db, post: Insertable<PostTable>): Promise<number> {
  const { id } = await trx
    .insertInto("post")
    .values(post)
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Null where it is not in sight. */
export async function postOf(db: Db, board: Board, no: number): Promise<Post | null> {
  const row = await db
    .selectFrom("post")
    .select(POST_COLUMNS)
    .where("boardId", "=", board.id)
    .where("no", "=", no)
    .where(inSight())
    .executeTakeFirst();
  return row === undefined ? null : toPost(row, board.uri);
}

/** Visible posts of a thread, oldest first, the opening post among them. */
export async function postsOfThread(
  db: Db,
  board: Board,
  threadNo: number,
): Promise<readonly Post[]> {
  const rows = await db
    .selectFrom("post")
    .select(POST_COLUMNS)
    .where("boardId", "=", board.id)
    .where("threadNo", "=", threadNo)
    .where("state", "=", "visible")
    .orderBy("no")
    .execute();
  return rows.map((row) => toPost(row, board.uri));
}

/** Made once: the query below names them for each thread twice. */
const ALL = sql.raw(POST_COLUMNS.map((name) => `"${name}"`).join(","));

/** For each thread its opening post and its `last` newest replies, oldest first; one query. */
export async function previewPosts(
  db: Db,
  threads: readonly { readonly boardId: number; readonly thread: Thread }[],
  last: number,
): Promise<readonly Post[]> {
  if (threads.length === 0) return [];
  const parts = threads.map(
    ({ boardId, thread }) => sql`
      select * from (select ${ALL} from post where ${sql.ref("boardId")} = ${boardId}
        and no = ${thread.no}) opening
      union all
      select * from (select ${ALL} from post where ${sql.ref("boardId")} = ${boardId}
        and ${sql.ref("threadNo")} = ${thread.no} and state = 'visible' and no > ${thread.no}
        order by no desc limit ${last}) newest`,
  );
  const uris = new Map(threads.map(({ boardId, thread }) => [boardId, thread.board]));
  const { rows } = await sql<PostRow>`${sql.join(parts, sql` union all `)}`.execute(db);
  return rows.map((row) => toPost(row, uris.get(row.boardId) ?? "")).sort((a, b) => a.no - b.no);
}

/** Posts of a board by their numbers, in any order. */
export async function postsByNo(
  db: Db,
  board: Board,
  nos: readonly number[],
): Promise<readonly Post[]> {
  if (nos.length === 0) return [];
  const rows = await db
    .selectFrom("post")
    .select(POST_COLUMNS)
    .where("boardId", "=", board.id)
    .where("no", "in", nos)
    .execute();
  return rows.map((row) => toPost(row, board.uri));
}

/** Newest posts in sight of some boards. */
export async function newestPosts(
  db: Db,
  boards: readonly Board[],
  limit: number,
): Promise<readonly Post[]> {
  if (boards.length === 0) return [];
  const uris = new Map(boards.map(({ id, uri }) => [id, uri]));
  const rows = await db
    .selectFrom("post")
    .select(POST_COLUMNS)
    .where("boardId", "in", [...uris.keys()])
    .where(inSight())
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => toPost(row, uris.get(row.boardId) ?? ""));
}

/** Those of these posts that are in sight, newest first. */
export async function postsById(
  store: Store,
  ids: readonly number[],
  uris: ReadonlyMap<number, string>,
): Promise<readonly Post[]> {
  if (ids.length === 0) return [];
  const rows = await store.kysely
    .selectFrom("post")
    .select(POST_COLUMNS)
    .where("id", "in", ids)
    .where(inSight())
    .orderBy("id", "desc")
    .execute();
  return rows
    .filter(({ boardId }) => uris.has(boardId))
    .map((row) => toPost(row, uris.get(row.boardId) as string));
}

/** Adds a reference to the posts that are quoted, or takes it away. */
export async function setBacklink(
  trx: Db,
  target: { readonly boardId: number; readonly no: number },
  backlink: Backlink,
  on: boolean,
  now: number,
): Promise<void> {
  const row = await trx
    .selectFrom("post")
    .select(["id", "threadNo", "backlinks"])
    .where("boardId", "=", target.boardId)
    .where("no", "=", target.no)
    .executeTakeFirst();
  if (row === undefined) return;
  const others = (JSON.parse(row.backlinks) as Backlink[]).filter(
    ({ board, no }) => board !== backlink.board || no !== backlink.no,
  );
  // A post that a thousand others quote does not grow without end.
  const backlinks = on ? [...others, backlink].slice(-BACKLINKS_MOST) : others;
  await trx
    .updateTable("post")
    .set((set) => ({ backlinks: JSON.stringify(backlinks), version: set("version", "+", 1) }))
    .where("id", "=", row.id)
    .execute();
  await touchThread(trx, target.boardId, row.threadNo, now);
}

const BACKLINKS_MOST = 100;
