import { sql } from "kysely";
import type { Db, Store } from "#store/open.ts";

/** Words of a post, findable; called in the transaction that shows it. */
export async function indexPost(
  { engine }: Pick<Store, "engine">,
  trx: Db,
  post: { readonly id: number; readonly boardId: number; readonly words: string },
): Promise<void> {
  const board = boardWord(post.boardId);
  if (engine === "sqlite") {
    await sql`insert into post_search (rowid, board, words) values (${post.id}, ${board}, ${post.words})`.execute(
      trx,
    );
    return;
  }
  // A text of nothing but long words can be too large for an index entry: its beginning is enough.
  await sql`insert into post_search ("postId", document)
    values (${post.id}, to_tsvector('simple', ${`${board} ${post.words.slice(0, 20_000)}`}))`.execute(
    trx,
  );
}

export async function unindexPosts(
  { engine }: Pick<Store, "engine">,
  trx: Db,
  ids: readonly number[],
): Promise<void> {
  if (ids.length === 0) return;
  const key = sql.ref(engine === "sqlite" ? "rowid" : "postId");
  await sql`delete from post_search where ${key} in (${sql.join(ids)})`.execute(trx);
}

/** Ids of posts that have all the words, newest first. `boardIds` null: everywhere. */
export async function findPosts(
  { engine, kysely }: Store,
  words: readonly string[],
  boardId: number | null,
  before: number | null,
  limit: number,
): Promise<readonly number[]> {
  const under = before ?? Number.MAX_SAFE_INTEGER;
  if (engine === "sqlite") {
    // Quoted strings are plain words to fts5, whatever signs they hold.
    const text = words.map((word) => `"${word.replace(/"/g, "")}"`).join(" AND ");
    const match =
      boardId === null
        ? `words : (${text})`
        : `(board : "${boardWord(boardId)}") AND (words : (${text}))`;
    const { rows } = await sql<{ id: number }>`
      select rowid as id from post_search where post_search match ${match} and rowid < ${under}
      order by rowid desc limit ${limit}`.execute(kysely);
    return rows.map(({ id }) => id);
  }
  const all = boardId === null ? words : [boardWord(boardId), ...words];
  const query = sql.join(
    all.map((word) => sql`plainto_tsquery('simple', ${word})`),
    sql` && `,
  );
  const { rows } = await sql<{ id: number }>`
    select "postId" as id from post_search where document @@ (${query}) and "postId" < ${under}
    order by "postId" desc limit ${limit}`.execute(kysely);
  return rows.map(({ id }) => id);
}

/** A word that nobody writes by chance, and that finds nothing but the board where somebody does. */
function boardWord(boardId: number): string {
  return `egideboard${boardId}`;
}
