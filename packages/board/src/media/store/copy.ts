import { join } from "node:path";
import { fileName } from "#media/store/name.ts";
import type { MediaFile, MediaStore } from "#media/store/store.ts";

export interface Copied {
  readonly copied: number;
  /** That were there before. */
  readonly known: number;
}

/**
 * Copies all files from one store to another, sealed ones sealed. May be ended and run again at any
 * time. `temp`: a folder for files under way, on the disk of a store on disk.
 */
export async function copyFiles(from: MediaStore, to: MediaStore, temp: string): Promise<Copied> {
  const there = new Set<string>();
  for await (const file of to.list()) there.add(placeOf(file, file.sealed));
  let copied = 0;
  let known = 0;
  for await (const file of from.list()) {
    const place = placeOf(file, file.sealed);
    if (there.has(place)) known++;
    else if (await copy(from, to, file, file.sealed, temp)) {
      copied++;
      there.add(place);
    }
    // Copied while it was open, and sealed since: what is closed here must not lie open there.
    if (file.sealed && there.has(placeOf(file, false))) await to.seal(file.sha256, file.kind);
  }
  return { copied, known };
}

async function copy(
  from: MediaStore,
  to: MediaStore,
  file: MediaFile,
  sealed: boolean,
  temp: string,
): Promise<boolean> {
  if (sealed) {
    const plain = await from.openSealed(file);
    if (plain === null) return false;
    await to.putSealed(file, plain);
    return true;
  }
  const content = await from.open(file);
  // Removed, or sealed, since it was listed.
  if (content === null) return false;
  const path = join(temp, crypto.randomUUID());
  try {
    await Bun.write(path, content);
    await to.put(file, path);
  } finally {
    await Bun.file(path)
      .delete()
      .catch(() => undefined);
  }
  return true;
}

function placeOf(file: MediaFile, sealed: boolean): string {
  return `${sealed ? "sealed" : "public"} ${fileName(file)}`;
}
