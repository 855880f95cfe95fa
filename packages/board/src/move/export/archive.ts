import { mkdir, open, readdir, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { piecesOf } from "#move/dump/pieces.ts";
import {
  damaged,
  type Entry,
  ENTRY_MOST,
  type PlacedEntry,
  readTar,
  tarEnd,
  tarEntry,
} from "#move/export/tar.ts";

/** Writes an export: into one `.tar`, or below a folder where the path ends otherwise. */
export async function writeArchive(path: string, entries: AsyncIterable<Entry>, now: number) {
  if (path.endsWith(".tar")) await writeTar(path, entries, now);
  else await writeFolder(path, entries);
}

/** The name appears once it is whole and on disk. */
async function writeTar(path: string, entries: AsyncIterable<Entry>, now: number): Promise<void> {
  const part = `${path}.part`;
  const file = await open(part, "w", 0o600);
  try {
    for await (const piece of tarPieces(entries, now)) {
      await writeWhole(file, piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}

/** A disk that fills up takes a part of what it is given, and says so only by its number. */
export async function writeWhole(
  file: {
    readonly write: (
      bytes: Uint8Array,
      offset: number,
      length: number,
    ) => Promise<{ readonly bytesWritten: number }>;
  },
  bytes: Uint8Array,
): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at);
    if (bytesWritten === 0) throw new Error("the disk takes no more");
    at += bytesWritten;
  }
}

/** The archive as a stream: what the admins' page answers with. */
export async function* tarPieces(
  entries: AsyncIterable<Entry>,
  now: number,
): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) yield* tarEntry(entry, now);
  yield tarEnd();
}

async function writeFolder(path: string, entries: AsyncIterable<Entry>): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  for await (const { name, bytes } of entries) {
    const to = join(path, name);
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    const file = await open(to, "w", 0o600);
    try {
      await writeWhole(file, bytes);
      // The manifest comes last: where it stands, all else does.
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/**
 * Some files of an export in the order of their names here. An archive is read once: there they stand
 * in this order already, and what stands in another would not fit together.
 */
export async function* readInOrder(path: string, names: readonly string[]): AsyncGenerator<Entry> {
  if ((await stat(path)).isDirectory()) {
    for (const name of names) yield { name, bytes: await Bun.file(join(path, name)).bytes() };
    return;
  }
  const left = new Set(names);
  for await (const entry of readTar(piecesOf(path))) {
    if (left.delete(entry.name)) yield entry;
    // The rest is media.
    if (left.size === 0) return;
  }
}

/** Reads an export, as often as it takes, each time from the beginning. */
export async function* readArchive(path: string): AsyncGenerator<PlacedEntry> {
  if (!(await stat(path)).isDirectory()) {
    yield* readTar(piecesOf(path));
    return;
  }
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  for (const entry of names) {
    const name = join(entry.parentPath, entry.name).slice(path.replace(/\/+$/, "").length + 1);
    if (entry.isFile()) files.push(name);
    // A link may lead anywhere, and reading a pipe never ends.
    else if (!entry.isDirectory()) throw damaged(`${name} is no file of its own`);
  }
  for (const name of files.sort()) {
    const file = Bun.file(join(path, name));
    if (file.size > ENTRY_MOST) throw damaged(`${name} is larger than any file of an export`);
    yield { name, bytes: await file.bytes(), at: 0 };
  }
}
