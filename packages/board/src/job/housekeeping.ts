import { join } from "node:path";
import type { ExpressionBuilder } from "kysely";
import type { MediaStore } from "#media/store/store.ts";
import { sweepOrphans, sweepTemp } from "#media/store/sweep.ts";
import { openBoards } from "#store/boards.ts";
import { namedFiles } from "#store/files.ts";
import type { Store } from "#store/open.ts";
import type { Tables } from "#store/tables.ts";
import type { ThreadContext } from "#thread/context.ts";
import { expireArchives } from "#thread/prune.ts";

/** Lets plain addresses go once policy says so; those under legal hold stay. */
export async function forgetAddresses({
  store,
  clock,
  settings,
}: Pick<ThreadContext, "store" | "clock" | "settings">): Promise<void> {
  await store.kysely
    .deleteFrom("address_trace")
    .where("createdAt", "<", clock.now() - settings.addressHours * 3_600_000)
    .where("held", "=", 0)
    .execute();
}

/** Lets archived threads go after their board's days, step by step. */
export async function expireAll(context: ThreadContext): Promise<void> {
  for (const board of await openBoards(context.store.kysely, true)) {
    while ((await expireArchives(context, board)) > 0);
  }
}

/** Of the first byte of a hash: a step looks at so small a share that nobody waits for it. */
const SHARES = 256;

/**
 * Removes rows of files that no post has, so that the sweep takes the files. Looked for by the index of
 * posts' files: all of these at once, to look in, would not fit into PostgreSQL's memory of a query.
 */
async function forgetFiles(store: Store, before: number): Promise<void> {
  for (let share = 0; share < SHARES; share += 1) {
    const from = byteOf(share);
    const until = share + 1 < SHARES ? byteOf(share + 1) : "g";
    const rows = await store.kysely
      .selectFrom("media")
      .select("sha256")
      .where("sha256", ">=", from)
      .where("sha256", "<", until)
      .where("state", "=", "stored")
      .where("createdAt", "<", before)
      .where((row) => row.not(isNamed(row, from, until)))
      .execute();
    if (rows.length > 0) {
      const hashes = rows.map(({ sha256 }) => sha256);
      await store.kysely
        .deleteFrom("media")
        .where("sha256", "in", hashes)
        // A post may have taken one up since.
        .where((row) => row.not(isNamed(row, from, until)))
        .execute();
    }
    // SQLite answers at once: others have their turn in between.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Whether a post has the file; the share is named once more, as a planner infers no ranges. */
function isNamed(row: ExpressionBuilder<Tables, "media">, from: string, until: string) {
  return row.exists(
    row
      .selectFrom("post_media")
      .select("post_media.postId")
      .whereRef("post_media.sha256", "=", "media.sha256")
      .where("post_media.sha256", ">=", from)
      .where("post_media.sha256", "<", until),
  );
}

function byteOf(share: number): string {
  return share.toString(16).padStart(2, "0");
}

/**
 * Removes files and rows that nothing names any more, `age` milliseconds after they came, and puts
 * what is sealed out of reach again where somebody sent it anew. Returns the hashes of files that are gone.
 */
export async function sweep(
  store: Store,
  media: MediaStore,
  folder: string,
  now: number,
  age: number,
): Promise<readonly string[]> {
  await forgetFiles(store, now - age);
  await sweepTemp(join(folder, "temp"), now, age);
  return sweepOrphans(media, (hashes) => namedFiles(store.kysely, hashes), now, age);
}
