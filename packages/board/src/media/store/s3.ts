import type { S3Client } from "bun";
import { KIND_FACTS } from "#media/kind.ts";
import { bothFiles, fileName, filePath, parseFileName } from "#media/store/name.ts";
import type { Sealing } from "#media/store/sealing.ts";
import type { MediaFile, MediaStore, StoredFile } from "#media/store/store.ts";
import type { MediaKind } from "#store/table/media.ts";

const SEALED = ".sealed";

/** Files in a bucket, under `public/` and `sealed/`; nothing but this program reads the bucket. */
export class S3Store implements MediaStore {
  readonly #client: S3Client;
  readonly #sealing: Sealing;

  constructor(client: S3Client, sealing: Sealing) {
    this.#client = client;
    this.#sealing = sealing;
  }

  async put(file: MediaFile, path: string): Promise<void> {
    const type = file.thumb ? "image/webp" : KIND_FACTS[file.kind].type;
    await this.#client.write(publicKey(file), Bun.file(path), { type });
  }

  async open(file: MediaFile): Promise<Blob | null> {
    return await this.#read(publicKey(file));
  }

  async remove(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      await this.#client.delete(publicKey(file));
      await this.#client.delete(sealedKey(file));
    }
  }

  async seal(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      const plain = await this.#read(publicKey(file));
      if (plain === null) continue;
      const sealed = this.#sealing.close(fileName(file), await plain.bytes());
      await this.#client.write(sealedKey(file), sealed);
      await this.#client.delete(publicKey(file));
    }
  }

  async unseal(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      const plain = await this.openSealed(file);
      if (plain === null) continue;
      const type = file.thumb ? "image/webp" : KIND_FACTS[kind].type;
      await this.#client.write(publicKey(file), plain, { type });
      await this.#client.delete(sealedKey(file));
    }
  }

  async openSealed(file: MediaFile): Promise<Uint8Array | null> {
    const sealed = await this.#read(sealedKey(file));
    return sealed === null ? null : this.#sealing.open(fileName(file), await sealed.bytes());
  }

  async *list(): AsyncIterable<StoredFile> {
    for (const sealed of [false, true]) {
      let startAfter: string | undefined;
      for (;;) {
        const page = await this.#client.list({
          prefix: sealed ? "sealed/" : "public/",
          ...(startAfter === undefined ? {} : { startAfter }),
        });
        for (const { key, lastModified } of page.contents ?? []) {
          startAfter = key;
          const file = parseFileName((key.split("/").pop() as string).replace(SEALED, ""));
          if (file === null) continue;
          yield { sha256: file.sha256, modified: Date.parse(lastModified ?? ""), sealed };
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
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "NoSuchKey";
}

function publicKey(file: MediaFile): string {
  return `public/${filePath(file)}`;
}

function sealedKey(file: MediaFile): string {
  return `sealed/${filePath(file)}${SEALED}`;
}
