import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "#move/export/manifest.ts";
import { damaged } from "#move/export/tar.ts";
import { type Place, verifyFiles } from "#move/export/verify.ts";

/** An export that lies on this machine, as its manifest says: any file of it can be read at any time. */
export class Contents {
  readonly manifest: Manifest;
  readonly #path: string;
  readonly #isFolder: boolean;
  readonly #places: ReadonlyMap<string, Place>;

  private constructor(
    path: string,
    isFolder: boolean,
    verified: { readonly manifest: Manifest; readonly places: ReadonlyMap<string, Place> },
  ) {
    this.#path = path;
    this.#isFolder = isFolder;
    this.manifest = verified.manifest;
    this.#places = verified.places;
  }

  /** Throws AppError where it is damaged, or not what its manifest says. */
  static async open(path: string): Promise<Contents> {
    const isFolder = (await stat(path)).isDirectory();
    if (!isFolder) {
      const head = await Bun.file(path).slice(0, 2).bytes();
      // Nothing can be found in it without unpacking all of it, and it may unpack to anything.
      if (head[0] === 0x1f && head[1] === 0x8b) throw damaged("it is compressed: gunzip it first");
    }
    return new Contents(path, isFolder, await verifyFiles(path));
  }

  /** Null: there is no such file. */
  find(name: string): Blob | null {
    const place = this.#places.get(name);
    if (place === undefined) return null;
    if (this.#isFolder) return Bun.file(join(this.#path, name));
    return Bun.file(this.#path).slice(place.at, place.at + place.bytes);
  }

  /** A file by itself: where it lies, or a copy that goes with `done`. */
  async asFile(name: string): Promise<{ path: string; done: () => Promise<void> } | null> {
    const found = this.find(name);
    if (found === null) return null;
    if (this.#isFolder) return { path: join(this.#path, name), done: async () => undefined };
    const path = join(tmpdir(), `egide-${crypto.randomUUID()}`);
    // Bun 1.4 copies from the beginning where it is given a slice itself.
    await Bun.write(path, await found.bytes(), { mode: 0o600 });
    return { path, done: () => rm(path, { force: true }) };
  }
}
