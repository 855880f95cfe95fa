import type { Clock, Timer } from "@egide/std/clock.ts";
import type { LogTarget } from "#log/sink/target.ts";

const REPORT_MS = 1000;
/** Written without waiting for the timer once this many bytes are there. */
const BATCH = 65_536;
const LINE_FEED = 0x0a;

export interface BufferOptions {
  readonly target: LogTarget;
  readonly clock: Clock;
  readonly flushSeconds: number;
  /** Memory for both halves: one is written while the other fills. */
  readonly bufferBytes: number;
  /**
   * Hears of records that could not be kept, at most once a second: a slow or full disk must never
   * stop serving, nor flood whoever is told of it.
   */
  readonly onDropped: (records: number) => void;
}

/** A line without its line feed. */
export interface Line {
  /** No fewer bytes than it takes. */
  readonly most: number;
  /** Writes it at `at` and answers where it ends. */
  write(into: Buffer, at: number): number;
}

/** Gathers lines and hands them over in batches, in bounded memory, without ever waiting. */
export class LogBuffer {
  readonly #options: BufferOptions;
  #filling: Buffer;
  #spare: Buffer | null;
  #used = 0;
  #records = 0;
  #timer: Timer | null = null;
  #dropped = 0;
  #reporting: Timer | null = null;
  #closed = false;
  #idle: (() => void) | null = null;

  constructor(options: BufferOptions) {
    this.#options = options;
    const half = Math.floor(options.bufferBytes / 2);
    this.#filling = Buffer.allocUnsafeSlow(half);
    this.#spare = Buffer.allocUnsafeSlow(half);
  }

  append(line: Line): void {
    if (this.#closed || !this.#fits(line.most + 1)) {
      this.#drop(1);
      return;
    }
    this.#used = line.write(this.#filling, this.#used);
    this.#filling[this.#used++] = LINE_FEED;
    this.#records++;
    if (this.#used >= BATCH) this.flush();
    else
      this.#timer ??= this.#options.clock.after(this.#options.flushSeconds * 1000, this.#onTimer);
  }

  /** Hands over what is there, unless a batch is still under way: then that one's end does. */
  flush(): void {
    const empty = this.#spare;
    if (empty === null || this.#used === 0) return;
    const batch = this.#filling.subarray(0, this.#used);
    const records = this.#records;
    const full = this.#filling;
    this.#filling = empty;
    this.#spare = null;
    this.#used = 0;
    this.#records = 0;
    this.#timer?.cancel();
    this.#timer = null;
    this.#options.target.write(batch, (error) => this.#written(full, records, error));
  }

  reopen(): void {
    this.#options.target.reopen();
  }

  /** Resolves once all that was appended has been written (or given up). */
  async close(): Promise<void> {
    this.#closed = true;
    this.flush();
    if (this.#spare === null) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#timer?.cancel();
    this.#reportDropped();
    this.#options.target.close();
  }

  #drop(records: number): void {
    this.#dropped += records;
    this.#reporting ??= this.#options.clock.after(REPORT_MS, this.#reportDropped);
  }

  readonly #reportDropped = (): void => {
    this.#reporting?.cancel();
    this.#reporting = null;
    const dropped = this.#dropped;
    this.#dropped = 0;
    if (dropped > 0) this.#options.onDropped(dropped);
  };

  readonly #onTimer = (): void => {
    this.#timer = null;
    this.flush();
  };

  #fits(bytes: number): boolean {
    if (this.#used + bytes <= this.#filling.length) return true;
    this.flush();
    return this.#used + bytes <= this.#filling.length;
  }

  #written(full: Buffer, records: number, error: Error | null): void {
    this.#spare = full;
    if (error !== null) this.#drop(records);
    if (this.#used >= BATCH || (this.#closed && this.#used > 0)) this.flush();
    else if (this.#used > 0)
      this.#timer ??= this.#options.clock.after(this.#options.flushSeconds * 1000, this.#onTimer);
    if (this.#spare !== null) this.#idle?.();
  }
}
