import type { KeyObject } from "node:crypto";
import { mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Order } from "@egide/contract/order.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import { overlayEnvironment } from "#config/environment.ts";
import type { Loaded } from "#config/load.ts";
import type { Problem } from "#config/problem.ts";
import { readSigned, type Signed, type SignedOr } from "#snapshot/read.ts";

export interface SnapshotSourceOptions {
  readonly path: string;
  /** The keys that are trusted, by their id. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** What an operator should know: a bad snapshot at the start, a copy that can't be kept. */
  readonly warn: (problem: Problem) => void;
}

/** How often the file is looked at: network file systems tell nothing, and a look costs nothing. */
const POLL_MS = 500;

/**
 * A signed snapshot as an edge's only configuration. What has come into force is kept in the state
 * directory, and is what a start falls back on: an edge without a good snapshot serves its last one.
 */
export class SnapshotSource {
  readonly #options: SnapshotSourceOptions;
  readonly #keptPath: string;
  #inForce: Signed | null = null;
  #offered: Signed | null = null;

  constructor(options: SnapshotSourceOptions) {
    this.#options = options;
    this.#keptPath = join(stateDirectory(options.env), "last-snapshot.json");
  }

  /** For the start: the snapshot, else the one that was in force last. */
  begin(): Loaded {
    const { keys, env, path, warn } = this.#options;
    const kept = readSigned(this.#keptPath, keys, null, env);
    if ("snapshot" in kept) this.#inForce = kept;
    const offered = readSigned(path, keys, this.#inForce, env);
    if ("problems" in offered && this.#inForce !== null) {
      for (const problem of offered.problems) warn(problem);
      return this.#take(this.#inForce);
    }
    return this.#take(offered);
  }

  /** For a reload. What is in force stays so until `accepted`. */
  readonly load = (): Loaded => {
    const { keys, env, path } = this.#options;
    return this.#take(readSigned(path, keys, this.#inForce, env));
  };

  #take(read: SignedOr): Loaded {
    if ("problems" in read) return { ok: false, problems: read.problems };
    this.#offered = read;
    return { ok: true, config: read.config };
  }

  /** Those of the snapshot that was loaded last. */
  get orders(): readonly Order[] {
    return this.#offered?.snapshot.orders ?? [];
  }

  /** What was loaded last is in force: from now on nothing older is. */
  accepted(): void {
    if (this.#offered === null || this.#offered === this.#inForce) return;
    this.#inForce = this.#offered;
    try {
      mkdirSync(dirname(this.#keptPath), { recursive: true, mode: 0o750 });
      const temporary = `${this.#keptPath}.${process.pid}`;
      writeFileSync(temporary, this.#inForce.text, { mode: 0o640, flush: true });
      renameSync(temporary, this.#keptPath);
    } catch (error) {
      const { code = "?" } = error as NodeJS.ErrnoException;
      const message = `the snapshot in force can't be kept (${code})`;
      const nowhere = { line: null, column: null, length: 0, suggestion: null, excerpt: null };
      this.#options.warn({ ...nowhere, source: this.#keptPath, message });
    }
  }

  /** Calls `changed` whenever the file is another one. */
  watch(changed: () => void): { close(): void } {
    const { clock, path } = this.#options;
    let stamp = stampOf(path);
    const look = (): void => {
      timer = clock.after(POLL_MS, look);
      const now = stampOf(path);
      if (now === stamp) return;
      stamp = now;
      if (now !== "") changed();
    };
    let timer: Timer = clock.after(POLL_MS, look);
    return { close: () => timer.cancel() };
  }
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "";
  }
}

/** The state directory must be known before a snapshot is: a bad one falls back on what is kept there. */
function stateDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const { value } = overlayEnvironment({}, env);
  const { state } = value as { state?: unknown };
  return typeof state === "string" && state !== "" ? state : "./var";
}
