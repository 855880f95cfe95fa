import { closeSync, openSync, statSync, type Stats } from "node:fs";
import type { LogSink } from "@egide/contract/policy/log.ts";
import type { Clock } from "@egide/std/clock.ts";
import { Rotation } from "#log/sink/rotation.ts";
import type { LogTarget } from "#log/sink/target.ts";
import { writeAll } from "#log/sink/write-all.ts";

export type FileSettings = Extract<LogSink, { kind: "file" }>;

const LF = new Uint8Array([0x0a]);

/**
 * A log file that several workers (and processes) append to. Each batch is one append of whole
 * lines. Before it, the file is looked at: one that is full or old is rotated, and one that somebody
 * else has moved away is opened anew.
 */
export class FileTarget implements LogTarget {
  readonly #settings: FileSettings;
  readonly #clock: Clock;
  readonly #rotation: Rotation;
  #fd = -1;
  #inode = 0n;
  /** A write broke off in the middle of a line: the next one starts on a line of its own. */
  #torn = false;
  #stale = false;

  constructor(settings: FileSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
    this.#rotation = new Rotation(settings, clock);
  }

  write(bytes: Uint8Array, done: (error: Error | null) => void): void {
    let fd: number;
    try {
      fd = this.#ready();
    } catch (error) {
      queueMicrotask(() => done(error as Error));
      return;
    }
    const whole = this.#torn ? Buffer.concat([LF, bytes]) : bytes;
    writeAll(fd, whole, this.#clock, (error, written) => {
      if (error === null) this.#torn = false;
      else if (written > 0) this.#torn = true;
      done(error);
    });
  }

  reopen(): void {
    this.#stale = true;
  }

  close(): void {
    this.#rotation.close();
    this.#release();
  }

  #ready(): number {
    const { path, maxBytes, maxSeconds } = this.#settings;
    if (this.#fd < 0) this.#open();
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (found === undefined || found.ino !== this.#inode || this.#stale) {
      this.#open();
      return this.#fd;
    }
    const tooLong = maxBytes > 0 && found.size >= BigInt(maxBytes);
    const born = Number(found.birthtimeMs);
    const tooOld = maxSeconds > 0 && found.size > 0n && isOld(born, this.#clock.now(), maxSeconds);
    if ((tooLong || tooOld) && this.#rotation.rotate(this.#inode)) this.#open();
    return this.#fd;
  }

  #open(): void {
    this.#release();
    this.#fd = openSync(this.#settings.path, "a", 0o640);
    this.#inode = statSync(this.#settings.path, { bigint: true }).ino;
    this.#stale = false;
    this.#torn = false;
  }

  #release(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }
}

/** Periods begin at multiples of their length, so that daily files begin at midnight UTC. */
function isOld(born: Stats["birthtimeMs"], now: number, seconds: number): boolean {
  const period = seconds * 1000;
  return born > 0 && Math.floor(born / period) < Math.floor(now / period);
}
