import type { Clock } from "@egide/std/clock.ts";
import { bothFiles, fileName } from "#media/store/name.ts";
import type { MediaFile, MediaStore, StoredFile } from "#media/store/store.ts";
import type { MediaKind } from "#store/table/media.ts";

interface Lying {
  readonly file: MediaFile;
  readonly bytes: Uint8Array;
  readonly modified: number;
}

/** Files in memory, as every store keeps them: thousands of histories wait for no disk. */
export class MemoryMedia implements MediaStore {
  readonly #open = new Map<string, Lying>();
  readonly #sealed = new Map<string, Lying>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async put(file: MediaFile, content: string): Promise<void> {
    const bytes = new TextEncoder().encode(content);
    this.#open.set(fileName(file), { file, bytes, modified: this.#clock.now() });
  }

  async open(file: MediaFile): Promise<Blob | null> {
    const found = this.#open.get(fileName(file));
    return found === undefined ? null : new Blob([found.bytes.slice()]);
  }

  async remove(sha256: string, kind: MediaKind): Promise<void> {
    for (const file of bothFiles(sha256, kind)) {
      this.#open.delete(fileName(file));
      this.#sealed.delete(fileName(file));
    }
  }

  async seal(sha256: string, kind: MediaKind): Promise<void> {
    move(this.#open, this.#sealed, sha256, kind);
  }

  async putSealed(file: MediaFile, bytes: Uint8Array): Promise<void> {
    this.#sealed.set(fileName(file), { file, bytes, modified: this.#clock.now() });
  }

  async unseal(sha256: string, kind: MediaKind): Promise<void> {
    move(this.#sealed, this.#open, sha256, kind);
  }

  async openSealed(file: MediaFile): Promise<Uint8Array | null> {
    return this.#sealed.get(fileName(file))?.bytes ?? null;
  }

  async modified(file: MediaFile): Promise<number | null> {
    return this.#open.get(fileName(file))?.modified ?? null;
  }

  async *list(): AsyncIterable<StoredFile> {
    for (const { file, modified } of this.#open.values()) {
      yield { ...file, modified, sealed: false };
    }
    for (const { file, modified } of this.#sealed.values()) {
      yield { ...file, modified, sealed: true };
    }
  }
}

function move(
  from: Map<string, Lying>,
  to: Map<string, Lying>,
  sha256: string,
  kind: MediaKind,
): void {
  for (const file of bothFiles(sha256, kind)) {
    const found = from.get(fileName(file));
    if (found === undefined) continue;
    to.set(fileName(file), found);
    from.delete(fileName(file));
  }
}
