/** Latencies of one measuring window, in milliseconds. */
export interface Window {
  readonly count: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** What went wrong first, for the report. */
  readonly firstFailure: string | null;
}

export class Latencies {
  #values: number[] = [];
  #failed = 0;
  #firstFailure: string | null = null;

  add(milliseconds: number): void {
    this.#values.push(milliseconds);
  }

  fail(why: string): void {
    this.#failed++;
    this.#firstFailure ??= why;
  }

  /** The figures so far; a new window begins. */
  take(): Window {
    const sorted = this.#values.toSorted((a, b) => a - b);
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    const window = {
      count: sorted.length,
      failed: this.#failed,
      p50: at(0.5),
      p99: at(0.99),
      max: sorted.at(-1) ?? 0,
      firstFailure: this.#firstFailure,
    };
    this.#values = [];
    this.#failed = 0;
    this.#firstFailure = null;
    return window;
  }
}
