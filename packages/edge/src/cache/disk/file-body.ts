import { AppError } from "@egide/std/error.ts";
import type { Cursor, StoredBody } from "#cache/body.ts";
import { BLOCK, blockSum, decodeTail, tailLength } from "./blocks.ts";
import type { Files } from "./files.ts";

const CORRUPT = new AppError({
  code: "cache.disk_corrupt",
  source: "edge",
  retry: true,
  publicMessage: "A stored copy turned out to be damaged and was thrown away.",
});

/** A body in a file that stays open, so that it can be read to its end even when it is unlinked. */
export class FileBody implements StoredBody {
  readonly #files: Files;
  readonly #fd: number;
  readonly #sums: BigUint64Array;
  readonly #onCorrupt: () => void;
  readonly length: number;
  readonly whole = null;
  readonly trailers = null;
  /** SHA-256 of the bytes: the file's name. */
  readonly hash: string;
  /** A block was not what was written: whoever asks next must not be given this body again. */
  isDamaged = false;
  #readers = 0;
  #disposed = false;
  #closed = false;

  constructor(
    files: Files,
    fd: number,
    hash: string,
    length: number,
    sums: BigUint64Array,
    onCorrupt: () => void,
  ) {
    this.#files = files;
    this.#fd = fd;
    this.hash = hash;
    this.length = length;
    this.#sums = sums;
    this.#onCorrupt = onCorrupt;
  }

  dispose(): void {
    this.#disposed = true;
    this.#closeIfIdle();
  }

  #closeIfIdle(): void {
    if (!this.#disposed || this.#readers > 0 || this.#closed) return;
    this.#closed = true;
    this.#files.close(this.#fd);
  }

  cursor(wake: () => void): Cursor {
    this.#readers++;
    let block: Uint8Array | null = null;
    let blockAt = -1;
    let have = 0;
    let reading = false;
    let closed = false;
    let error: AppError | null = this.#closed ? CORRUPT : null;
    const leave = (): void => {
      this.#readers--;
      this.#closeIfIdle();
    };
    return {
      get error() {
        return error;
      },
      next: (offset, end) => {
        const index = Math.floor(offset / BLOCK);
        const from = offset - index * BLOCK;
        if (blockAt === index && block !== null) {
          return block.subarray(from, Math.min(have, end - index * BLOCK));
        }
        if (reading || error !== null) return null;
        reading = true;
        block ??= new Uint8Array(BLOCK);
        const into = block.subarray(0, Math.min(BLOCK, this.length - index * BLOCK));
        this.#files.read(this.#fd, into, index * BLOCK, (failure, bytes) => {
          reading = false;
          // The file was kept open for this read.
          if (closed) {
            leave();
            return;
          }
          const intact = failure === null && bytes === into.length;
          if (intact && blockSum(into, index) === this.#sums[index]) {
            blockAt = index;
            have = bytes;
          } else {
            error = CORRUPT;
            this.isDamaged = true;
            this.#onCorrupt();
          }
          wake();
        });
        return null;
      },
      close: () => {
        if (closed) return;
        closed = true;
        if (!reading) leave();
      },
    };
  }
}

/** Opens the body file at `path` and checks its tail; null where it isn't whole. */
export function openBody(
  files: Files,
  path: string,
  hash: string,
  length: number,
  onCorrupt: () => void,
  done: (body: FileBody | null) => void,
): void {
  files.open(path, "r", (error, fd) => {
    if (error !== null) {
      done(null);
      return;
    }
    const finish = (body: FileBody | null): void => {
      if (body === null) files.close(fd);
      done(body);
    };
    const tail = new Uint8Array(tailLength(length));
    files.size(fd, (error, size) => {
      if (error !== null || size !== length + tail.length) {
        finish(null);
        return;
      }
      files.read(fd, tail, length, (error, bytes) => {
        const sums = error === null && bytes === tail.length ? decodeTail(tail, length) : null;
        finish(sums === null ? null : new FileBody(files, fd, hash, length, sums, onCorrupt));
      });
    });
  });
}
