import { type Files, readWhole } from "./files.ts";
import type { DiskIndex } from "./index.ts";
import { type Layout, SHARDS } from "./layout.ts";
import { decodeRecord } from "./record.ts";
import { tailLength } from "./blocks.ts";
import { join } from "node:path";

/** A file younger than this may belong to a process that still runs. */
const GRACE_MS = 600_000;

function list(files: Files, path: string): Promise<readonly string[]> {
  return new Promise((resolve) => files.list(path, (error, names) => resolve(error ? [] : names)));
}

function unlinkOld(files: Files, path: string): Promise<void> {
  return new Promise((resolve) => {
    files.age(path, (error, age) => {
      if (error !== null || age < GRACE_MS) resolve();
      else files.unlink(path, () => resolve());
    });
  });
}

/**
 * Counts what earlier runs left in this worker's share of the folders; what isn't whole is removed.
 * The first worker also removes what nobody needs: bodies without a record and unfinished files.
 * Lookups don't wait for it: names are hashes, and files are checked when they are read.
 */
export async function scan(
  files: Files,
  layout: Layout,
  index: DiskIndex,
  worker: number,
  workers: number,
  goOn: () => boolean,
): Promise<void> {
  const needed = new Set<string>();
  for (const [i, shard] of SHARDS.entries()) {
    const mine = i % workers === worker;
    if (!mine && worker !== 0) continue;
    if (!goOn()) return;
    const folder = layout.folder("m", shard);
    for (const name of await list(files, folder)) {
      const bytes = await new Promise<Uint8Array | null>((resolve) => {
        readWhole(files, join(folder, name), 4_194_304, resolve);
      });
      const decoded = bytes === null ? null : decodeRecord(bytes);
      if (bytes === null || decoded === null) {
        if (mine) index.remove(shard + name);
        continue;
      }
      const { record } = decoded;
      const hash = record.kind === "entry" ? record.hash : "";
      const body = record.kind === "entry" && hash !== "" ? record.length : 0;
      if (hash !== "") needed.add(hash);
      if (mine)
        index.adopt(shard + name, hash, bytes.length + body + (hash === "" ? 0 : tailLength(body)));
    }
  }
  if (worker !== 0) return;
  for (const name of await list(files, layout.root)) {
    if (!name.startsWith("dead-")) continue;
    const path = join(layout.root, name);
    await new Promise<void>((resolve) => files.removeFolder(path, () => resolve()));
  }
  for (const shard of SHARDS) {
    if (!goOn()) return;
    const folder = layout.folder("b", shard);
    for (const name of await list(files, folder)) {
      const hash = shard + name;
      if (!needed.has(hash) && !index.needs(hash)) await unlinkOld(files, join(folder, name));
    }
  }
  const unfinished = layout.folder("t");
  for (const name of await list(files, unfinished)) await unlinkOld(files, join(unfinished, name));
}
