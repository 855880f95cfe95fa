import { inSight } from "#store/in-sight.ts";
import type { Db } from "#store/open.ts";
import { POST_COLUMNS, toPost } from "#store/rows.ts";
import type { Board, Post } from "#thread/model.ts";

/** Posts in sight of a board that were made in one millisecond: 4chan's JSON names files by it. */
export async function postsMadeAt(db: Db, board: Board, at: number): Promise<readonly Post[]> {
  const rows = await db
    .selectFrom("post")
    .select(POST_COLUMNS)
    .where("boardId", "=", board.id)
    .where("createdAt", "=", at)
    .where(inSight())
    .limit(100)
    .execute();
  return rows.map((row) => toPost(row, board.uri));
}
