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
 * in a post that staff did not show: an older copy is none the better for standing there. Goes by what is so at
 * the moment, not by what was asked: it may run twice, late, or in any order.
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
      const found =
        file.state !== "sealed"
          ? undefined
          : await postWith(db, sha256)
              .innerJoin("detection", "detection.postId", "post.id")
              .where("post.state", "!=", "visible")
              .executeTakeFirst();
      const state = shown === undefined || found !== undefined ? "sealed" : "stored";
      if (state === "sealed") await media.seal(sha256, file.kind);
      else await media.unseal(sha256, file.kind);
      await db.updateTable("media").set({ state }).where("sha256", "=", sha256).execute();
    }
  };
}

function postWith(db: Db, sha256: string) {
  return db
    .selectFrom("post_media")
    .innerJoin("post", "post.id", "post_media.postId")
    .select("post.id")
    .where("post_media.sha256", "=", sha256)
    .limit(1);
}
