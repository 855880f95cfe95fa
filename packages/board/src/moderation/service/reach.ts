import { allows } from "#moderation/permission.ts";
import { type Actor, need } from "#moderation/service/deps.ts";
import type { Db } from "#store/open.ts";

/*
 * What staff of the whole site did, a board's own staff can't take back: whoever opens a board to
 * what the law forbids would else undo each removal.
 */

interface Whose {
  readonly byInstance: number;
  readonly boardId: number;
}

/** Where somebody has to have a permission to touch an act: what the site did is the site's. */
export function reachOf({ byInstance, boardId }: Whose) {
  return byInstance === 1 ? null : boardId;
}

export function mayUndo({ grants }: Actor, act: Whose): boolean {
  return allows(grants, "undo", reachOf(act));
}

/**
 * What the site's own staff put out of sight, or one of its lists held, they alone show again: whatever
 * a board's staff decided about it in between.
 */
export async function mayShow(
  db: Db,
  actor: Actor,
  post: { readonly id: number; readonly boardId: number },
): Promise<void> {
  const bySite = await db
    .selectFrom("act")
    .select("id")
    .where("postId", "=", post.id)
    .where("byInstance", "=", 1)
    .where("state", "=", "in-force")
    .where("after", "in", ["hidden", "removed"])
    .limit(1)
    .executeTakeFirst();
  const matched = await db
    .selectFrom("detection")
    .select("postId")
    .where("postId", "=", post.id)
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom("act")
            .select("act.id")
            .whereRef("act.postId", "=", "detection.postId")
            .where("act.kind", "=", "approve")
            .where("act.byInstance", "=", 1)
            .where("act.state", "=", "in-force"),
        ),
      ),
    )
    .executeTakeFirst();
  const reach = bySite === undefined && matched === undefined ? post.boardId : null;
  need(actor, "approve", reach);
}
