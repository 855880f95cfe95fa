import { join } from "node:path";
import type { MediaStore } from "#media/store/store.ts";
import { sweepOrphans, sweepTemp } from "#media/store/sweep.ts";
import { openBoards } from "#store/boards.ts";
import { namedFiles } from "#store/files.ts";
import type { Store } from "#store/open.ts";
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

/** Removes rows of files that no post has, so that the sweep takes the files. */
async function forgetFiles(store: Store, before: number): Promise<void> {
  await store.kysely
    .deleteFrom("media")
    .where("state", "=", "stored")
    .where("createdAt", "<", before)
    .where("sha256", "not in", (row) => row.selectFrom("post_media").select("sha256"))
    .execute();
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
