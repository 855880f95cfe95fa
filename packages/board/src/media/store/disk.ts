import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bothFiles, fileName, filePath, parseFileName } from "#media/store/name.ts";
import type { Sealing } from "#media/store/sealing.ts";
import type { MediaFile, MediaStore, StoredFile } from "#media/store/store.ts";
import type { MediaKind } from "#store/table/media.ts";

const SEALED = ".sealed";

/** Files below a folder: `public/ab/cd/hash.ext`, `sealed/ab/cd/hash.ext.sealed`, and `temp/`. */
export class DiskStore implements MediaStore {
  readonly #root: string;
  readonly #sealing: Sealing;

  constructor(root: string, sealing: Sealing) {
    this.#root = root;
    this.#sealing = sealing;
  }

  async put(file: MediaFile, path: string, thumb?: string): Promise<void> {
    const move = { from: path, to: this.#public(file) };
    if (thumb === undefined) return await settle(move);
    await settle({ from: thumb, to: this.#public({ ...file, thumb: true }) }, move);
  }

  async open(file: MediaFile): Promise<Blob | null> {
    const found = Bun.file(this.#public(file));
    return (await found.exists()) ? found : null;
  }

  async remove(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      await rm(this.#public(file), { force: true });
      await rm(this.#sealed(file), { force: true });
    }
  }

  async seal(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      const plain = Bun.file(this.#public(file));
      if (!(await plain.exists())) continue;
      await this.putSealed(file, await plain.bytes());
      await rm(this.#public(file), { force: true });
    }
  }

  async putSealed(file: MediaFile, plain: Uint8Array): Promise<void> {
    await this.#write(this.#sealing.close(fileName(file), plain), this.#sealed(file));
  }

  async unseal(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      const plain = await this.openSealed(file);
      if (plain === null) continue;
      await this.#write(plain, this.#public(file));
      await rm(this.#sealed(file), { force: true });
    }
  }

  async openSealed(file: MediaFile): Promise<Uint8Array | null> {
    const sealed = Bun.file(this.#sealed(file));
    if (!(await sealed.exists())) return null;
    return this.#sealing.open(fileName(file), await sealed.bytes());
  }

  async modified(file: MediaFile): Promise<number | null> {
    const found = await stat(this.#public(file)).catch(() => null);
    return found?.mtimeMs ?? null;
  }

  async *list(): AsyncIterable<StoredFile> {
    for (const sealed of [false, true]) {
      const root = join(this.#root, sealed ? "sealed" : "public");
      for (const first of await entries(root)) {
        for (const second of await entries(join(root, first))) {
          for (const name of await entries(join(root, first, second))) {
            const file = parseFileName(name.replace(SEALED, ""));
            if (file === null) continue;
            const { mtimeMs } = await stat(join(root, first, second, name));
            yield { ...file, modified: mtimeMs, sealed };
          }
        }
      }
    }
  }

  async #write(bytes: Uint8Array, to: string): Promise<void> {
    const temp = join(this.#root, "temp", crypto.randomUUID());
    await mkdir(dirname(temp), { recursive: true });
    await Bun.write(temp, bytes);
    await settle({ from: temp, to });
  }

  #public(file: MediaFile): string {
    return join(this.#root, "public", filePath(file));
  }

  #sealed(file: MediaFile): string {
    return join(this.#root, "sealed", filePath(file) + SEALED);
  }
}

interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Moves files into one folder. Names appear once the content is safe: content, then names, then the
 * folder that holds them, with those that had to be made for it.
 */
async function settle(...moves: readonly [Move, ...Move[]]): Promise<void> {
  await Promise.all(moves.map(({ from }) => sync(from)));
  const folder = dirname(moves[0].to);
  const made = await mkdir(folder, { recursive: true });
  for (const { from, to } of moves) await rename(from, to);
  await sync(folder);
  if (made === undefined) return;
  for (let at = folder; at !== dirname(made); at = dirname(at)) await sync(dirname(at));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function entries(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
