import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { MediaStore } from "#media/store/store.ts";
import type { MediaKind } from "#store/table/media.ts";
import { MEDIA_KINDS } from "#media/kind.ts";

const BATCH = 500;

/** Which of these hashes a row of the database names. */
export type NamedHashes = (hashes: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Removes files that no row names, once they are older than `age` milliseconds: a file is written
 * before the transaction that names it, and stays behind where that never came. At a start, when
 * nothing is under way, `age` may be 0. Returns how many hashes were removed.
 */
export async function sweepOrphans(
  store: MediaStore,
  named: NamedHashes,
  now: number,
  age: number,
): Promise<number> {
  let batch = new Set<string>();
  let removed = 0;
  const settle = async (): Promise<void> => {
    const known = await named([...batch]);
    for (const sha256 of batch) {
      if (known.has(sha256)) continue;
      removed++;
      for (const kind of MEDIA_KINDS) await store.remove(sha256, kind satisfies MediaKind);
    }
    batch = new Set();
  };
  for await (const file of store.list()) {
    if (now - file.modified < age) continue;
    batch.add(file.sha256);
    if (batch.size >= BATCH) await settle();
  }
  if (batch.size > 0) await settle();
  return removed;
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
