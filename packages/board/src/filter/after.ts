import type { Clock } from "@egide/std/clock.ts";
import type { Counting } from "#filter/counted.ts";
import type { MarkData } from "#filter/guards.ts";
import { bytesOfWords } from "#filter/screen.ts";
import { sketchOf } from "#match/text/near.ts";
import { type Category, CATEGORIES, graver } from "#moderation/category.ts";
import { settleFiles, settleMedia } from "#moderation/service/media.ts";
import { queuePost } from "#moderation/service/queue.ts";
import { addRemovedText } from "#store/lists.ts";
import type { Db } from "#store/open.ts";
import type { AfterWrite, Written } from "#thread/posting/guard.ts";

/** Counts what was posted, and puts what was marked before staff, in its lane. */
export function afterPosting(counting: Counting, clock: Clock): AfterWrite {
  return async (trx, written) => {
    const { candidate, objections, boardId, postId, threadNo, no } = written;
    const at = clock.now();
    await counting.take(trx, candidate.draft);
    const marks = objections.flatMap((one) =>
      "data" in one && isMarkData(one.data) ? [{ ...one, data: one.data }] : [],
    );
    await settleSentAgain(trx, written, at);
    if (marks.length === 0) return;
    const seal = marks.flatMap(({ data: { mark } }) =>
      mark.kind === "known-file" ? [mark.sha256] : [],
    );
    if (seal.length > 0) {
      await trx.updateTable("media").set({ state: "sealed" }).where("sha256", "in", seal).execute();
      // Sealed first, and looked at then: the site may have vouched for it in another post, which
      // nobody takes out of sight by sending it again.
      await settleFiles(trx, { sha256: seal, key: `found:${postId}`, now: at });
    }
    const categories = marks.map(({ data }) => asCategory(data.category));
    const category = categories.reduce(graver);
    // A match says more than a filter of the board's own, which its owner writes.
    const holds = marks.filter(({ kind }) => kind === "hold").map(({ reason }) => reason);
    const held = holds.includes("match") ? "match" : holds[0];
    const place = { postId, boardId, threadNo, no };
    const why = held === undefined ? {} : { held, found: [...new Set(seal)] };
    await queuePost(trx, place, { category, at, ...why });
  };
}

/**
 * A file that was put away lies open once more, being sent again: it comes back with a post that shows
 * it, and is put away anew with one that waits.
 */
async function settleSentAgain(
  trx: Db,
  { postId, candidate }: Written,
  now: number,
): Promise<void> {
  const hashes = candidate.files.map(({ sha256 }) => sha256);
  if (hashes.length === 0) return;
  const sealed = await trx
    .selectFrom("media")
    .select("sha256")
    .where("sha256", "in", hashes)
    .where("state", "=", "sealed")
    .limit(1)
    .executeTakeFirst();
  if (sealed !== undefined) await settleMedia(trx, { postId, key: `posted:${postId}`, now });
}

/** Keeps the sketch of a text that staff removed, so that its copies are known. */
export async function rememberRemoved(
  trx: Db,
  removed: {
    readonly postId: number;
    /** Whose own staff removed it; null: the site's. */
    readonly boardId: number | null;
    readonly subject: string;
    readonly text: string;
  },
  category: Category,
  now: number,
): Promise<void> {
  const sketch = sketchOf(`${removed.subject}\n${removed.text}`);
  if (sketch.length === 0) return;
  const { postId, boardId } = removed;
  const kept = { postId, boardId, category, sketch: bytesOfWords(sketch), createdAt: now };
  await addRemovedText(trx, kept);
}

function asCategory(name: string | null): Category {
  return name !== null && Object.hasOwn(CATEGORIES, name) ? (name as Category) : "rule";
}

function isMarkData(data: unknown): data is MarkData {
  return typeof data === "object" && data !== null && "mark" in data && "category" in data;
}
