import { enqueue } from "@egide/sql/outbox/enqueue.ts";
import type { Deliver } from "@egide/sql/outbox/outbox.ts";
import { z } from "zod";
import type { MediaStore } from "#media/store/store.ts";
import type { Db, Store } from "#store/open.ts";

export const SETTLE = "moderation.media";

const payloadSchema = z.object({ sha256: z.array(z.string()) });

/** After a post came into sight or went out of it: its files follow, once this is committed. */
export async function settleMedia(
  trx: Db,
  { postId, key, now }: { postId: number; key: string; now: number },
): Promise<void> {
  const files = await trx
    .selectFrom("post_media")
    .select("sha256")
    .where("postId", "=", postId)
    .execute();
  if (files.length === 0) return;
  const payload = { sha256: files.map(({ sha256 }) => sha256) };
  await enqueue(trx, { kind: SETTLE, key: `media:${key}`, payload, lane: "urgent" }, now);
}

/**
 * Seals files that no post in sight shows, and puts back those that one does, unless a list found them
 * in a post that staff did not show: an older copy is none the better for standing there. Goes by what
 * is so at the moment, not by what was asked: it may run twice, late, or in any order.
 */
export function mediaSettler(store: Store, media: MediaStore): Deliver {
  return async ({ payload }) => {
    for (const sha256 of payloadSchema.parse(payload).sha256) {
      const db = store.kysely;
      const file = await db
        .selectFrom("media")
        .select(["kind", "state"])
        .where("sha256", "=", sha256)
        .executeTakeFirst();
      if (file === undefined || file.state === "removed") continue;
      const shown = await postWith(db, sha256)
        .where("post.state", "=", "visible")
        .executeTakeFirst();
      // Only what is sealed stays so: a match takes no other file of its post along.
      const stays = shown === undefined || (file.state === "sealed" && (await isFound(db, sha256)));
      const state = stays ? "sealed" : "stored";
      if (state === "sealed") await media.seal(sha256, file.kind);
      else await media.unseal(sha256, file.kind);
      await db.updateTable("media").set({ state }).where("sha256", "=", sha256).execute();
    }
  };
}

/**
 * Whether a list found a file in a post out of sight, and the site has not judged the file since. It
 * has where a post with it is in sight in which a list found it too, since nobody else may show that
 * one (reach.ts), or which the site approved when it was known already: as one that came to wait
 * beside it, without a match of its own.
 */
async function isFound(db: Db, sha256: string): Promise<boolean> {
  const found = await postWith(db, sha256)
    .innerJoin("detection", "detection.postId", "post.id")
    .select("detection.at")
    .where("post.state", "!=", "visible")
    .orderBy("detection.at", "desc")
    .executeTakeFirst();
  if (found === undefined) return false;
  const cleared = await postWith(db, sha256)
    .where("post.state", "=", "visible")
    .where((row) =>
      row.or([
        row.exists(
          row
            .selectFrom("detection")
            .select("detection.postId")
            .whereRef("detection.postId", "=", "post.id"),
        ),
        row.exists(
          row
            .selectFrom("act")
            .select("act.id")
            .whereRef("act.postId", "=", "post.id")
            .where("act.kind", "=", "approve")
            .where("act.byInstance", "=", 1)
            .where("act.state", "=", "in-force")
            .where("act.at", ">=", found.at),
        ),
      ]),
    )
    .executeTakeFirst();
  return cleared === undefined;
}

function postWith(db: Db, sha256: string) {
  return db
    .selectFrom("post_media")
    .innerJoin("post", "post.id", "post_media.postId")
    .select("post.id")
    .where("post_media.sha256", "=", sha256)
    .limit(1);
}
