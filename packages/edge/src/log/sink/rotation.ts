import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock, Timer } from "@egide/std/clock.ts";
import type { FileSettings } from "#log/sink/file.ts";

/** A lock older than this was left behind by somebody who died. */
const LOCK_MS = 60_000;
/** After that long every worker has noticed that the file moved, and writes to the new one. */
const SETTLE_MS = 90_000;
const STAMP = /^\d{8}T\d{9}Z(?:-\d+)?(?:\.gz)?$/;

/** Moves a full log file away, compresses it and keeps the newest few. */
export class Rotation {
  readonly #settings: FileSettings;
  readonly #clock: Clock;
  #timer: Timer | null = null;

  constructor(settings: FileSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** True: the path is free for a new file. False: another worker is at it; go on as before. */
  rotate(inode: bigint): boolean {
    const { path } = this.#settings;
    const lock = `${path}.lock`;
    if (!this.#lock(lock)) return false;
    try {
      const found = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (found?.ino === inode) renameSync(path, this.#freeName());
    } finally {
      rmSync(lock, { force: true });
    }
    this.#timer?.cancel();
    this.#timer = this.#clock.after(SETTLE_MS, () => void this.tidy());
    return true;
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** Compresses and prunes. What fails (a full disk) is left as it is, for the next time. */
  async tidy(): Promise<void> {
    const { path, keep, gzip } = this.#settings;
    const folder = dirname(path);
    const prefix = `${basename(path)}.`;
    try {
      const rotated = readdirSync(folder)
        .filter((name) => name.startsWith(prefix) && STAMP.test(name.slice(prefix.length)))
        .toSorted()
        .toReversed();
      for (const name of rotated.slice(keep)) rmSync(join(folder, name), { force: true });
      if (!gzip) return;
      for (const name of rotated.slice(0, keep)) {
        if (!name.endsWith(".gz")) await compress(join(folder, name));
      }
    } catch {
      // Nothing here is worth a request.
    }
  }

  #lock(lock: string): boolean {
    try {
      closeSync(openSync(lock, "wx"));
      return true;
    } catch {
      const left = statSync(lock, { throwIfNoEntry: false });
      if (left !== undefined && this.#clock.now() - left.mtimeMs > LOCK_MS) {
        rmSync(lock, { force: true });
      }
      return false;
    }
  }

  #freeName(): string {
    const stamp = new Date(this.#clock.now()).toISOString().replace(/[-:.]/g, "");
    const name = `${this.#settings.path}.${stamp}`;
    let free = name;
    for (let i = 1; isThere(free) || isThere(`${free}.gz`); i++) free = `${name}-${i}`;
    return free;
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

async function compress(path: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await pipeline(createReadStream(path), createGzip(), createWriteStream(part, { mode: 0o640 }));
    renameSync(part, `${path}.gz`);
    rmSync(path, { force: true });
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
