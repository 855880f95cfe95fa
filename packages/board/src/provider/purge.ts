import { tombstoneSchema } from "@egide/contract/abuse/removal.ts";
import { enqueue } from "@egide/sql/outbox/enqueue.ts";
import type { Deliver } from "@egide/sql/outbox/outbox.ts";
import { z } from "zod";
import { mediaTag } from "#media/serve.ts";
import { secretId } from "#moderation/service/deps.ts";
import type { ProviderDeps } from "#provider/deps.ts";
import { KINDS } from "#provider/message.ts";
import type { Db } from "#store/open.ts";

const tagsSchema = z.object({ tags: z.array(z.string()) });
const purgeSchema = tagsSchema.extend({ body: tombstoneSchema });

/** Tags of one message: a whole thread may have thousands of files. */
const TAGS_MOST = 500;

/**
 * Files that went out of sight without being removed, as what is hidden or held at once: the edge
 * hears of them by events, and where it can't be reached at that moment, by this.
 */
export async function letFilesGo(
  trx: Db,
  { edge }: Pick<ProviderDeps, "edge">,
  media: readonly string[],
  now: number,
): Promise<void> {
  await letTagsGo(trx, { edge }, media.map(mediaTag), now);
}

/** The same for whatever has these tags. */
export async function letTagsGo(
  trx: Db,
  { edge }: Pick<ProviderDeps, "edge">,
  tags: readonly string[],
  now: number,
): Promise<void> {
  if (edge === null) return;
  for (let at = 0; at < tags.length; at += TAGS_MOST) {
    const payload = { tags: tags.slice(at, at + TAGS_MOST) };
    const key = `forget:${secretId()}`;
    await enqueue(trx, { kind: KINDS.forget, key, payload, lane: "urgent" }, now);
  }
}

/**
 * What the outbox calls to have an edge forget something: tried again until one says that it did.
 * A process without an edge leaves it to one of those that have one.
 */
export function purges({ edge, store }: ProviderDeps): Readonly<Record<string, Deliver>> {
  if (edge === null) return {};
  return {
    [KINDS.forget]: async ({ payload }) => {
      await edge.purge({ urls: [], tags: tagsSchema.parse(payload).tags });
    },
    [KINDS.purge]: async ({ payload }) => {
      const { body, tags } = purgeSchema.parse(payload);
      const edgeAt = await edge.purge({ urls: body.urls, tags });
      await store.kysely
        .updateTable("tombstone")
        .set({ edgeAt })
        .where("actId", "=", body.act)
        .execute();
    },
  };
}
