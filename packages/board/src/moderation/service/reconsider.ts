import { applyToItem, itemAbout, queuePost } from "#moderation/service/queue.ts";
import type { Target } from "#moderation/service/record.ts";
import type { Db } from "#store/open.ts";

/**
 * What becomes of a post's entry once an act is taken back: a post that is held again waits again,
 * and a report that was answered by nothing but what is taken back was none.
 */
export async function reconsider(
  trx: Db,
  { id, boardId, threadNo, no, state }: Target,
  { at, by }: { readonly at: number; readonly by: string },
): Promise<void> {
  const row = await itemAbout(trx, id);
  if (state === "held") {
    if (row === null) {
      const place = { postId: id, boardId, threadNo, no };
      await queuePost(trx, place, { category: "rule", at, held: "undone" });
      return;
    }
    await applyToItem(trx, row, { type: "reopen" });
    if (row.held !== null) return;
    const found = await trx
      .selectFrom("detection")
      .select("postId")
      .where("postId", "=", id)
      .executeTakeFirst();
    const held = found === undefined ? "undone" : "match";
    await trx.updateTable("queue_item").set({ held }).where("id", "=", row.id).execute();
    return;
  }
  if (row?.outcome !== "upheld") return;
  const standing = await trx
    .selectFrom("act")
    .select("id")
    .where("postId", "=", id)
    .where("at", ">=", row.openedAt)
    .where("state", "in", ["in-force", "ended"])
    .where("kind", "not in", ["approve", "move"])
    .limit(1)
    .executeTakeFirst();
  if (standing === undefined) await applyToItem(trx, row, { type: "reverse", at, by });
}
