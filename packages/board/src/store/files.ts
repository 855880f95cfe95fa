import { inSight } from "#store/in-sight.ts";
import type { Db } from "#store/open.ts";
import type { MediaState } from "#store/table/media.ts";

/**
 * Whether the public may have a file: a post in sight shows it, in a thread and on a board that are in
 * sight themselves, and nobody sealed it. Where its bytes lie says nothing of that: they come before
 * any guard looks, and go after whoever decided.
 */
export async function isFileShown(db: Db, sha256: string): Promise<boolean> {
  const row = await db
    .selectFrom("media as file")
    .innerJoin("post_media", "post_media.sha256", "file.sha256")
    .innerJoin("post", "post.id", "post_media.postId")
    .innerJoin("board", "board.id", "post.boardId")
    .select("post.id")
    .where("file.sha256", "=", sha256)
    .where("file.state", "=", "stored")
    .where(inSight())
    .where("board.state", "in", ["open", "locked"])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Hashes of files that posts of a board have, `most` of them. */
export async function filesOfBoard(
  db: Db,
  boardId: number,
  most: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("post_media")
    .innerJoin("post", "post.id", "post_media.postId")
    .select("post_media.sha256")
    .distinct()
    .where("post.boardId", "=", boardId)
    .limit(most)
    .execute();
  return rows.map(({ sha256 }) => sha256);
}

/** What the rows say of some hashes: of those that a post has, and of those that staff took away. */
export async function namedFiles(
  db: Db,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, MediaState>> {
  if (hashes.length === 0) return new Map();
  const rows = await db
    .selectFrom("media as file")
    .select(["file.sha256", "file.state"])
    .where("file.sha256", "in", [...hashes])
    .where((row) =>
      row.or([
        row("file.state", "!=", "stored"),
        row.exists(
          row
            .selectFrom("post_media")
            .select("post_media.postId")
            .whereRef("post_media.sha256", "=", "file.sha256"),
        ),
      ]),
    )
    .execute();
  return new Map(rows.map(({ sha256, state }) => [sha256, state]));
}
