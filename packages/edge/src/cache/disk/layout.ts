import { join } from "node:path";
import type { PurgeEvent } from "#cache/purge.ts";
import type { Files } from "./files.ts";

/** The two hex digits that name each of 256 folders. */
export const SHARDS: readonly string[] = Array.from({ length: 256 }, (_, i) =>
  i.toString(16).padStart(2, "0"),
);

/**
 * Folders of the tier: `m` records by the hash of what they are found by, `b` bodies by the hash of
 * what they hold, `t` files that are still being written, and the purges of each day.
 */
export class Layout {
  readonly #files: Files;
  readonly #root: string;
  readonly #writer: string;
  #passing = 0;

  constructor(files: Files, path: string, writer: string) {
    this.#files = files;
    this.#root = join(path, "v1");
    this.#writer = writer;
    this.#makeFolders();
  }

  /** 513 folders; of each kind, the last one made is the sign that all are there. */
  #makeFolders(): void {
    const signs = [this.folder("m", "ff"), this.folder("b", "ff"), this.folder("t")];
    if (signs.every((path) => this.#files.has(path))) return;
    for (const kind of ["m", "b"]) {
      for (const shard of SHARDS) this.#files.makeFolder(join(this.#root, kind, shard));
    }
    this.#files.makeFolder(join(this.#root, "t"));
  }

  record(name: string): string {
    return join(this.#root, "m", name.slice(0, 2), name.slice(2));
  }

  body(hash: string): string {
    return join(this.#root, "b", hash.slice(0, 2), hash.slice(2));
  }

  /** Where the folders lie; `dead-…` are records that were discarded. */
  get root(): string {
    return this.#root;
  }

  folder(kind: "m" | "b" | "t", shard = ""): string {
    return join(this.#root, kind, shard);
  }

  /** A name that no other worker and no other process uses. */
  passing(): string {
    return join(
      this.#root,
      "t",
      `${this.#writer}-${(++this.#passing).toString(36)}-${Date.now().toString(36)}`,
    );
  }

  /** Purges younger than `since`. A line that a crash cut off is skipped. */
  readPurges(since: number, tidy: boolean): PurgeEvent[] {
    const events: PurgeEvent[] = [];
    const first = logName(since);
    for (const name of this.#files.listNow(this.#root).filter((name) => LOG.test(name))) {
      const path = join(this.#root, name);
      if (name < first) {
        if (tidy) this.#files.unlink(path, () => {});
        continue;
      }
      for (const line of this.#files.readText(path).split("\n")) {
        const event = parse(line);
        if (event !== null && event.stamp / 1000 >= since) events.push(event);
      }
    }
    return events;
  }

  /** False where the disk won't have it. A file a day: old ones go, none is ever rewritten. */
  logPurge(line: string, now: number): boolean {
    try {
      // The leading line feed ends a line that an earlier crash may have cut off.
      this.#files.append(join(this.#root, logName(now)), `\n${line}\n`);
      return true;
    } catch {
      return false;
    }
  }

  /** What can't be remembered as purged must not be found again: all records go. */
  discardRecords(): void {
    try {
      const name = `dead-${this.#writer}-${Date.now().toString(36)}`;
      this.#files.moveFolder(join(this.#root, "m"), join(this.#root, name));
      this.#makeFolders();
    } catch {
      // Another worker was faster, or the disk is gone altogether: then nothing is found either.
    }
  }
}

const LOG = /^purges-\d{4}-\d\d-\d\d\.log$/;

function logName(now: number): string {
  return `purges-${new Date(now).toISOString().slice(0, 10)}.log`;
}

function parse(line: string): PurgeEvent | null {
  if (line === "") return null;
  try {
    const event = JSON.parse(line) as PurgeEvent;
    return typeof event.stamp === "number" && typeof event.zone === "string" ? event : null;
  } catch {
    return null;
  }
}
