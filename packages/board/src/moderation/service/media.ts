import { enqueue } from "@egide/sql/outbox/enqueue.ts";
import type { Deliver } from "@egide/sql/outbox/outbox.ts";
import { z } from "zod";
import type { MediaStore } from "#media/store/store.ts";
import { mayBeShown } from "#moderation/service/reach.ts";
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
  const sha256 = files.map((file) => file.sha256);
  await settleFiles(trx, { sha256, key, now });
}

/** The same for files of which something else is known now. */
export async function settleFiles(
  trx: Db,
  { sha256, key, now }: { sha256: readonly string[]; key: string; now: number },
): Promise<void> {
  if (sha256.length === 0) return;
  const message = { kind: SETTLE, key: `media:${key}`, payload: { sha256 } } as const;
  await enqueue(trx, { ...message, lane: "urgent" }, now);
}

/**
 * Seals files that no post in sight shows, and those that a list found and for which the site does not
 * vouch: an older copy is none the better for standing there. Puts back all others. Goes by what is so
 * at the moment, not by what was asked: it may run twice, late, or in any order.
 *
 * `onSealed` is told of files that went out of reach, in the transaction that says so: copies of them
 * may be elsewhere, also of those that a post in sight has shown.
 *
 * A thread out of sight takes no files of its replies along: nobody judged those, and what is sealed is
 * held wherever it is posted again. Who may have a file is asked of store/files.ts.
 */
export function mediaSettler(
  store: Store,
  media: MediaStore,
  onSealed: (trx: Db, sha256: string) => Promise<void>,
): Deliver {
  return async ({ payload }) => {
    for (const sha256 of payloadSchema.parse(payload).sha256) {
      const db = store.kysely;
      const file = await db
        .selectFrom("media")
        .select(["kind", "state"])
        .where("sha256", "=", sha256)
        .executeTakeFirst();
      if (file === undefined || file.state === "removed") continue;
      const isOpen = (await hasShownPost(db, sha256)) && (await mayBeShown(db, sha256));
      if (isOpen) await media.unseal(sha256, file.kind);
      else await media.seal(sha256, file.kind);
      const state = isOpen ? "stored" : "sealed";
      await store.transaction(async (trx) => {
        await trx.updateTable("media").set({ state }).where("sha256", "=", sha256).execute();
        if (state !== file.state && !isOpen) await onSealed(trx, sha256);
      });
    }
  };
}

async function hasShownPost(db: Db, sha256: string): Promise<boolean> {
  const post = await db
    .selectFrom("post_media")
    .innerJoin("post", "post.id", "post_media.postId")
    .select("post.id")
    .where("post_media.sha256", "=", sha256)
    .where("post.state", "=", "visible")
    .limit(1)
    .executeTakeFirst();
  return post !== undefined;
}
