import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { banFileSchema } from "@egide/contract/ban.ts";
import type { Clock, Timer } from "@egide/std/clock.ts";
import type { Ban, BanSink } from "#kernel/bans.ts";
import { parsePrefix } from "#kernel/prefix.ts";

/** Changes that come within this time are written together. */
const GATHER_MS = 1000;

export interface BanFileOptions {
  readonly path: string;
  readonly clock: Clock;
  /** Monotonic milliseconds of the machine, and the name of its start. */
  readonly now: () => number;
  readonly boot: string;
  readonly list: () => readonly Ban[];
  readonly onFailure: (error: unknown) => void;
}

/** Keeps bans over a restart: written beside and renamed, so that a reader sees a whole file. */
export class BanFile implements BanSink {
  readonly #options: BanFileOptions;
  #timer: Timer | null = null;

  constructor(options: BanFileOptions) {
    this.#options = options;
  }

  changed(): void {
    this.#timer ??= this.#options.clock.after(GATHER_MS, () => this.flush());
  }

  /** Writes what changed and was not written yet. */
  flush(): void {
    if (this.#timer === null) return;
    this.#timer.cancel();
    this.#timer = null;
    const { path, clock, now, boot, list, onFailure } = this.#options;
    const bans = list().map(({ prefix, ...ban }) => ({ prefix: prefix.text, ...ban }));
    const content = { format: 1, boot, at: now(), wall: clock.now(), bans };
    try {
      writeFileSync(`${path}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      onFailure(error);
    }
  }

  /**
   * What an earlier process wrote. Within one run of the machine its monotonic clock says what is left,
   * whatever was done to the wall clock since. After a restart only the wall clock can tell how long
   * the machine was off; where it has gone back, no time has passed.
   */
  read(): Ban[] {
    const { path, clock, now, boot, onFailure } = this.#options;
    let content: ReturnType<typeof banFileSchema.parse>;
    try {
      content = banFileSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") onFailure(error);
      return [];
    }
    const isSameRun = boot !== "" && content.boot === boot;
    const shift = isSameRun ? 0 : now() - content.at - Math.max(0, clock.now() - content.wall);
    return content.bans.flatMap(({ prefix: text, ...ban }) => {
      const prefix = parsePrefix(text);
      const ends = Math.min(ban.ends + shift, now() + ban.seconds * 1000);
      return prefix === null ? [] : [{ ...ban, prefix, ends }];
    });
  }
}
