import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { bothFiles } from "#media/store/name.ts";
import type { MediaStore, StoredFile } from "#media/store/store.ts";
import type { MediaKind, MediaState } from "#store/table/media.ts";

const BATCH = 500;

/** What the database says of those of these hashes that it names. */
export type NamedFiles = (hashes: readonly string[]) => Promise<ReadonlyMap<string, MediaState>>;

/** What a sweep needs of a store. */
export type Swept = Pick<MediaStore, "list" | "modified" | "remove" | "seal">;

/**
 * Removes files that no row names, once they are older than `age` milliseconds: a file is written
 * before the transaction that names it, and stays behind where that never came. What is sealed and
 * lies in public reach as well, because somebody sent it again, is sealed again. At a start, when
 * nothing is under way, `age` may be 0. Returns the hashes of what was removed.
 */
export async function sweepOrphans(
  store: Swept,
  named: NamedFiles,
  now: number,
  age: number,
): Promise<readonly string[]> {
  const isYoung = async (sha256: string, kind: MediaKind): Promise<boolean> => {
    const times = await Promise.all(bothFiles(sha256, kind).map((file) => store.modified(file)));
    return times.some((time) => time !== null && now - time < age);
  };
  let batch = new Map<string, StoredFile>();
  const removed: string[] = [];
  const settle = async (): Promise<void> => {
    const known = await named([...batch.keys()]);
    for (const [sha256, { kind, sealed }] of batch) {
      if (isInPlace(known.get(sha256), sealed)) continue;
      // Others took their time: it may have been sent again meanwhile, or posted.
      if (await isYoung(sha256, kind)) continue;
      const state = (await named([sha256])).get(sha256);
      if (isInPlace(state, sealed)) continue;
      if (state === "sealed") await store.seal(sha256, kind);
      else await store.remove(sha256, kind);
      if (state === undefined) removed.push(sha256);
    }
    batch = new Map();
  };
  for await (const file of store.list()) {
    if (now - file.modified < age) continue;
    // What lies in public reach says more than what is sealed of it.
    if (batch.get(file.sha256)?.sealed !== false) batch.set(file.sha256, file);
    if (batch.size >= BATCH) await settle();
  }
  if (batch.size > 0) await settle();
  return removed;
}

/** Whether a file may lie where it does. */
function isInPlace(state: MediaState | undefined, sealed: boolean): boolean {
  return state === "stored" || (state === "sealed" && sealed);
}

/** Removes what uploads left in the folder for files under way. */
export async function sweepTemp(folder: string, now: number, age: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found === null || now - found.mtimeMs < age) continue;
    await rm(path, { recursive: true, force: true });
    removed++;
  }
  return removed;
}
