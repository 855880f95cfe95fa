import type { StoredBody } from "#cache/body.ts";
import type { Spool } from "#cache/spool.ts";
import { BLOCK, blockSum, encodeTail } from "./blocks.ts";
import { FileBody } from "./file-body.ts";
import type { Files } from "./files.ts";

interface Place {
  readonly files: Files;
  /** Name while it is written. */
  readonly passing: string;
  /** Lasting name of a body with this hash. */
  readonly path: (hash: string) => string;
  readonly onCorrupt: (hash: string) => void;
  /** Nothing more will be written. */
  readonly onSettled: () => void;
}

/** Writes a body block by block; what is not on disk yet is read from memory. */
export class FileSpool implements Spool {
  readonly #place: Place;
  readonly #hasher = new Bun.CryptoHasher("sha256");
  readonly #sums: bigint[] = [];
  /** Full blocks that wait for the disk; the first of them is being written. */
  readonly #queue: Uint8Array[] = [];
  #block = new Uint8Array(BLOCK);
  #filled = 0;
  #total = 0;
  #fd = -1;
  #writing = false;
  #failed = false;
  #settled = false;
  #closed = false;
  #finish: ((body: StoredBody | null) => void) | null = null;
  flushed = 0;
  inUse: () => boolean = () => false;
  onFlush: (() => void) | null = null;
  onError: ((unwritten: readonly Uint8Array[]) => void) | null = null;

  constructor(place: Place) {
    this.#place = place;
    this.#writing = true;
    place.files.open(place.passing, "wx+", (error, fd) => {
      this.#writing = false;
      if (error === null) this.#fd = fd;
      if (this.#failed) this.#remove();
      else if (error === null) this.#write();
      else this.#fail();
    });
  }

  get pending(): number {
    return this.#total - this.flushed;
  }

  append(chunk: Uint8Array): void {
    if (this.#failed) return;
    this.#total += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const step = Math.min(BLOCK - this.#filled, chunk.length - at);
      this.#block.set(chunk.subarray(at, at + step), this.#filled);
      this.#filled += step;
      at += step;
      if (this.#filled === BLOCK) this.#closeBlock();
    }
    this.#write();
  }

  #closeBlock(): void {
    if (this.#filled === 0) return;
    const bytes = this.#block.subarray(0, this.#filled);
    this.#sums.push(blockSum(bytes, this.#sums.length));
    this.#hasher.update(bytes);
    this.#queue.push(bytes);
    this.#block = new Uint8Array(BLOCK);
    this.#filled = 0;
  }

  #write(): void {
    const bytes = this.#queue[0];
    if (this.#writing || this.#failed || this.#fd < 0) return;
    if (bytes === undefined) {
      if (this.#finish !== null && !this.#settled) this.#writeTail();
      return;
    }
    this.#writing = true;
    this.#place.files.write(this.#fd, bytes, this.flushed, (error) => {
      this.#writing = false;
      if (this.#failed) {
        this.#settle();
        return;
      }
      if (error !== null) {
        this.#fail();
        return;
      }
      this.#queue.shift();
      this.flushed += bytes.length;
      this.onFlush?.();
      this.#write();
    });
  }

  peek(offset: number): Uint8Array | null {
    let from = this.flushed;
    if (offset < from) return null;
    for (const bytes of this.#queue) {
      if (offset < from + bytes.length) return bytes.subarray(offset - from);
      from += bytes.length;
    }
    return offset < from + this.#filled ? this.#block.subarray(offset - from, this.#filled) : null;
  }

  read(into: Uint8Array, offset: number, done: (bytes: number) => void): void {
    if (this.#closed) {
      done(-1);
      return;
    }
    const length = Math.min(into.length, this.flushed - offset);
    this.#place.files.read(this.#fd, into.subarray(0, length), offset, (error, bytes) => {
      done(error === null ? bytes : -1);
    });
  }

  finish(done: (body: StoredBody | null) => void): void {
    if (this.#failed) {
      done(null);
      return;
    }
    this.#finish = done;
    this.#closeBlock();
    this.#write();
  }

  #writeTail(): void {
    const { files, passing, path, onCorrupt } = this.#place;
    const done = this.#finish as (body: StoredBody | null) => void;
    const tail = encodeTail(this.#sums, this.#total);
    const hash = this.#hasher.digest("hex");
    this.#writing = true;
    const fail = (): void => {
      this.#writing = false;
      this.#finish = null;
      this.#fail();
      done(null);
    };
    files.write(this.#fd, tail, this.#total, (error) => {
      if (error !== null || this.#failed) {
        fail();
        return;
      }
      files.rename(passing, path(hash), (error) => {
        if (error !== null) {
          fail();
          return;
        }
        this.#writing = false;
        // The body gets a descriptor of its own; this one serves those who already read.
        files.open(path(hash), "r", (error, fd) => {
          const sums = BigUint64Array.from(this.#sums);
          const corrupt = (): void => onCorrupt(hash);
          done(error === null ? new FileBody(files, fd, hash, this.#total, sums, corrupt) : null);
          this.#settle();
        });
      });
    });
  }

  /** Hands back what the disk would not take. */
  #fail(): void {
    if (this.#failed) return;
    this.#failed = true;
    const unwritten = [...this.#queue];
    if (this.#filled > 0) unwritten.push(this.#block.subarray(0, this.#filled));
    this.onError?.(unwritten);
    this.#remove();
    const finish = this.#finish;
    this.#finish = null;
    finish?.(null);
  }

  abandon(): void {
    this.#failed = true;
    this.#remove();
  }

  #remove(): void {
    this.#place.files.unlink(this.#place.passing, () => {});
    if (!this.#writing) this.#settle();
  }

  #settle(): void {
    if (!this.#settled) this.#place.onSettled();
    this.#settled = true;
    this.release();
  }

  release(): void {
    if (!this.#settled || this.#closed || this.inUse()) return;
    this.#closed = true;
    if (this.#fd >= 0) this.#place.files.close(this.#fd);
  }
}
