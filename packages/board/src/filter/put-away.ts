import type { KnownFile } from "#filter/admit.ts";
import type { HashMatch, KnownHash } from "#match/list/matcher.ts";
import type { Db, Store } from "#store/open.ts";
import type { Board } from "#thread/model.ts";
import type { DraftFile } from "#thread/posting/draft.ts";

/**
 * A file that staff put away comes back no other way than through them: through the site's where they
 * did it, a list found it, or nobody knows any more; through the board's own where they did. What the
 * staff of another board put away says nothing here.
 */
export async function sealedBefore(
  { kysely }: Store,
  files: readonly DraftFile[],
  board: Pick<Board, "id">,
): Promise<readonly KnownFile[]> {
  const rows = await kysely
    .selectFrom("media")
    .select(["sha256", "state"])
    .where(
      "sha256",
      "in",
      files.map(({ sha256 }) => sha256),
    )
    .where("state", "!=", "stored")
    .execute();
  const found: KnownFile[] = [];
  for (const { sha256, state } of rows) {
    const known: KnownHash = { id: 0, list: 0, signal: "sha256", value: sha256 };
    const match: HashMatch = { known, distance: 0 };
    const by = state === "removed" ? "site" : await whoPutAway(kysely, sha256);
    if (by === "site") found.push({ sha256, match });
    else if (by.includes(board.id)) found.push({ sha256, match, byBoard: true });
  }
  return found;
}

/** Posts of one file that are looked at: where there are more, the site decides. */
const COPIES_MOST = 500;

/** The boards whose own staff put away all posts with a file, or that it is for the site to say. */
async function whoPutAway(db: Db, sha256: string): Promise<"site" | readonly number[]> {
  const posts = await db
    .selectFrom("post_media")
    .innerJoin("post", "post.id", "post_media.postId")
    .leftJoin("detection", "detection.postId", "post.id")
    .select(["post.boardId", "post.state", "detection.postId as found"])
    .select((row) =>
      row
        .exists(
          row
            .selectFrom("act")
            .select("act.id")
            .whereRef("act.postId", "=", "post.id")
            .where("act.byInstance", "=", 1)
            .where("act.state", "=", "in-force")
            .where("act.after", "in", ["hidden", "removed"]),
        )
        .as("bySite"),
    )
    .where("post_media.sha256", "=", sha256)
    .limit(COPIES_MOST)
    .execute();
  // Held: somebody reported what has to go at once, and nobody looked yet.
  const isOurs = posts.some(
    ({ state, found, bySite }) => found !== null || Boolean(bySite) || state === "held",
  );
  if (isOurs || posts.length === 0 || posts.length === COPIES_MOST) return "site";
  return posts.filter(({ state }) => state !== "visible").map(({ boardId }) => boardId);
}
