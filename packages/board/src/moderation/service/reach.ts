import type { ActKind } from "#moderation/act.ts";
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
  const isTheSites = (await isPutAway(db, post.id)) || (await isFound(db, post.id));
  need(actor, "approve", isTheSites ? null : post.boardId);
}

/** Whether the site put a post out of sight and has not shown it again since. */
async function isPutAway(db: Db, postId: number): Promise<boolean> {
  const away = await siteActs(db, AWAY)
    .select("act.id")
    .where("act.postId", "=", postId)
    .where((row) =>
      row.not(
        row.exists(
          row
            .selectFrom("act as later")
            .select("later.id")
            .whereRef("later.postId", "=", "act.postId")
            .where("later.kind", "=", "approve")
            .where("later.byInstance", "=", 1)
            .where("later.state", "=", "in-force")
            .whereRef("later.at", ">", "act.at"),
        ),
      ),
    )
    .executeTakeFirst();
  return away !== undefined;
}

/** Whether a list found a post, and the site has not said that it may be shown. */
async function isFound(db: Db, postId: number): Promise<boolean> {
  const found = await db
    .selectFrom("detection")
    .select("postId")
    .where("postId", "=", postId)
    .executeTakeFirst();
  if (found === undefined) return false;
  const said = await siteActs(db, ["approve"])
    .select("act.id")
    .where("act.postId", "=", postId)
    .executeTakeFirst();
  return said === undefined;
}

/**
 * Whether a file may be in public reach where a post shows it: no list ever found it, or the site
 * approved a post with it since, and has not put that one out of sight itself.
 */
export async function mayBeShown(db: Db, sha256: string): Promise<boolean> {
  const { found } = await db
    .selectFrom("detection")
    .select((row) => row.fn.min("at").as("found"))
    .where("sha256", "=", sha256)
    .executeTakeFirstOrThrow();
  if (found === null) return true;
  const approved = await siteActs(db, ["approve"])
    .select("act.id")
    .where("act.at", ">=", found)
    .where((row) =>
      row.or([
        row(
          "act.postId",
          "in",
          row.selectFrom("post_media").select("postId").where("sha256", "=", sha256),
        ),
        row(
          "act.postId",
          "in",
          row.selectFrom("detection").select("postId").where("sha256", "=", sha256),
        ),
      ]),
    )
    .where((row) =>
      row.or([
        row.exists(
          row
            .selectFrom("post")
            .select("post.id")
            .whereRef("post.id", "=", "act.postId")
            .where("post.state", "=", "visible"),
        ),
        row.not(
          row.exists(
            row
              .selectFrom("act as later")
              .select("later.id")
              .whereRef("later.postId", "=", "act.postId")
              .where("later.kind", "in", AWAY)
              .where("later.byInstance", "=", 1)
              .where("later.state", "=", "in-force")
              .whereRef("later.at", ">=", "act.at"),
          ),
        ),
      ]),
    )
    .executeTakeFirst();
  return approved !== undefined;
}

const AWAY = ["hide", "remove", "remove-pattern"] as const;

/** Acts of the site's that stand. */
function siteActs(db: Db, kinds: readonly ActKind[]) {
  return db
    .selectFrom("act")
    .where("act.byInstance", "=", 1)
    .where("act.state", "=", "in-force")
    .where("act.kind", "in", [...kinds])
    .limit(1);
}
