const BUCKETS = 10;

/** Counts answers and server errors of the last while in ten buckets; time is given, never taken. */
export class ErrorWindow {
  readonly #bucketMs: number;
  readonly #total = new Float64Array(BUCKETS);
  readonly #errors = new Float64Array(BUCKETS);
  #bucket = 0;

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / BUCKETS;
  }

  record(isError: boolean, now: number): void {
    this.#moveTo(now);
    const i = this.#bucket % BUCKETS;
    this.#total[i] = (this.#total[i] as number) + 1;
    if (isError) this.#errors[i] = (this.#errors[i] as number) + 1;
  }

  /** True where at least `minRequests` were seen and errors among them reach `share`. */
  exceeds(share: number, minRequests: number, now: number): boolean {
    this.#moveTo(now);
    let total = 0;
    let errors = 0;
    for (let i = 0; i < BUCKETS; i++) {
      total += this.#total[i] as number;
      errors += this.#errors[i] as number;
    }
    return total >= minRequests && errors / total >= share;
  }

  reset(): void {
    this.#total.fill(0);
    this.#errors.fill(0);
  }

  #moveTo(now: number): void {
    const bucket = Math.floor(now / this.#bucketMs);
    if (bucket <= this.#bucket) return;
    if (bucket - this.#bucket >= BUCKETS) {
      this.reset();
    } else {
      for (let b = this.#bucket + 1; b <= bucket; b++) {
        this.#total[b % BUCKETS] = 0;
        this.#errors[b % BUCKETS] = 0;
      }
    }
    this.#bucket = bucket;
  }
}
