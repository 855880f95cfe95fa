import { appendFile, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock, Timer } from "@egide/std/clock.ts";

const FLUSH_MS = 2000;
/** Memory for lines that wait; those beyond are dropped: a sample may miss some. */
const MOST_WAITING = 1_048_576;

/**
 * Lines in two files of half the size each: the newer is renamed to the older once it is full. Never
 * throws and never waits; a disk that is full or gone costs lines.
 */
export class SampleFile {
  readonly #path: string;
  readonly #clock: Clock;
  #most: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #timer: Timer | null = null;
  #writing: Promise<void> = Promise.resolve();
  /** Bytes in the newer file; -1 where nobody has looked yet. */
  #size = -1;

  constructor(path: string, bytes: number, clock: Clock) {
    this.#path = path;
    this.#most = bytes;
    this.#clock = clock;
  }

  get older(): string {
    return this.#path.replace(/\.jsonl$/, ".1.jsonl");
  }

  resize(bytes: number): void {
    this.#most = bytes;
  }

  append(line: string): void {
    if (this.#waitingBytes + line.length > MOST_WAITING) return;
    this.#waiting.push(line);
    this.#waitingBytes += line.length + 1;
    this.#timer ??= this.#clock.after(FLUSH_MS, () => void this.flush());
  }

  /** Settles when all lines so far are written or lost. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#waiting.length === 0) return this.#writing;
    const text = `${this.#waiting.join("\n")}\n`;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writing = this.#writing.then(() => this.#write(text)).catch(() => undefined);
    return this.#writing;
  }

  /** Forgets everything: the zone keeps no sample any more. */
  async remove(): Promise<void> {
    this.#timer?.cancel();
    this.#waiting = [];
    await this.#writing;
    await Promise.all([this.#path, this.older].map((path) => rm(path, { force: true })));
  }

  async #write(text: string): Promise<void> {
    if (this.#size < 0) {
      // What visitors sent is nobody's but the operator's.
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o750 });
      this.#size = await stat(this.#path).then(
        ({ size }) => size,
        () => 0,
      );
    }
    const bytes = Buffer.from(text, "utf8");
    if (this.#size > 0 && this.#size + bytes.length > this.#most / 2) {
      await rename(this.#path, this.older);
      this.#size = 0;
    }
    if (bytes.length > this.#most / 2) return;
    await appendFile(this.#path, bytes, { mode: 0o640 });
    this.#size += bytes.length;
  }
}
