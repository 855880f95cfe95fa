import { AppError } from "@egide/std/error.ts";
import type { S3Client } from "bun";
import { KIND_FACTS } from "#media/kind.ts";
import { bothFiles, fileName, filePath, parseFileName } from "#media/store/name.ts";
import type { Sealing } from "#media/store/sealing.ts";
import type { MediaFile, MediaStore, StoredFile } from "#media/store/store.ts";
import { refusal } from "#media/texts.ts";
import type { MediaKind } from "#store/table/media.ts";

const SEALED = ".sealed";

/** Files in a bucket, under `public/` and `sealed/`; nothing but this program reads the bucket. */
export class S3Store implements MediaStore {
  readonly #client: S3Client;
  readonly #sealing: Sealing;
  readonly #prefix: string;

  constructor(client: S3Client, sealing: Sealing, prefix = "") {
    this.#client = client;
    this.#sealing = sealing;
    this.#prefix = prefix;
  }

  /** Asks for a name, so that a bucket that can't be used is known when the board starts. */
  async check(): Promise<void> {
    try {
      await this.#client.list({ prefix: this.#prefix, maxKeys: 1 });
    } catch (cause) {
      const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
      throw new AppError({
        code: "board.storage",
        source: "operator",
        retry: true,
        publicMessage: `the bucket can’t be used: ${why}`,
        cause,
      });
    }
  }

  async put(file: MediaFile, path: string, thumb?: string): Promise<void> {
    // Whoever finds the file finds its thumbnail.
    if (thumb !== undefined) await this.put({ ...file, thumb: true }, thumb);
    const type = file.thumb ? "image/webp" : KIND_FACTS[file.kind].type;
    await reached(this.#client.write(this.#public(file), Bun.file(path), { type }));
  }

  async open(file: MediaFile): Promise<Blob | null> {
    return await this.#read(this.#public(file));
  }

  async remove(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      await reached(this.#client.delete(this.#public(file)));
      await reached(this.#client.delete(this.#sealed(file)));
    }
  }

  async seal(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      const plain = await this.#read(this.#public(file));
      if (plain === null) continue;
      await this.putSealed(file, await plain.bytes());
      await reached(this.#client.delete(this.#public(file)));
    }
  }

  async putSealed(file: MediaFile, plain: Uint8Array): Promise<void> {
    await reached(
      this.#client.write(this.#sealed(file), this.#sealing.close(fileName(file), plain)),
    );
  }

  async unseal(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      const plain = await this.openSealed(file);
      if (plain === null) continue;
      const type = file.thumb ? "image/webp" : KIND_FACTS[kind].type;
      await reached(this.#client.write(this.#public(file), plain, { type }));
      await reached(this.#client.delete(this.#sealed(file)));
    }
  }

  async openSealed(file: MediaFile): Promise<Uint8Array | null> {
    const sealed = await this.#read(this.#sealed(file));
    return sealed === null ? null : this.#sealing.open(fileName(file), await sealed.bytes());
  }

  async modified(file: MediaFile): Promise<number | null> {
    try {
      return (await this.#client.stat(this.#public(file))).lastModified.getTime();
    } catch (error) {
      if (isMissing(error)) return null;
      throw refusal("media.storage", error);
    }
  }

  async *list(): AsyncIterable<StoredFile> {
    for (const sealed of [false, true]) {
      let startAfter: string | undefined;
      for (;;) {
        const page = await reached(
          this.#client.list({
            prefix: `${this.#prefix}${sealed ? "sealed/" : "public/"}`,
            ...(startAfter === undefined ? {} : { startAfter }),
          }),
        );
        for (const { key, lastModified } of page.contents ?? []) {
          startAfter = key;
          const file = parseFileName((key.split("/").pop() as string).replace(SEALED, ""));
          if (file === null) continue;
          yield { ...file, modified: Date.parse(lastModified ?? ""), sealed };
        }
        if (page.isTruncated !== true || startAfter === undefined) break;
      }
    }
  }

  /** The whole object: an upload is small, and a range of it is cut here. */
  async #read(key: string): Promise<Blob | null> {
    try {
      return new Blob([await this.#client.file(key).arrayBuffer()]);
    } catch (error) {
      if (isMissing(error)) return null;
      throw refusal("media.storage", error);
    }
  }

  #public(file: MediaFile): string {
    return `${this.#prefix}public/${filePath(file)}`;
  }

  #sealed(file: MediaFile): string {
    return `${this.#prefix}sealed/${filePath(file)}${SEALED}`;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "NoSuchKey";
}

/** A bucket that does not answer is no fault of who asks: they may come again. */
async function reached<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw refusal("media.storage", cause);
  }
}
