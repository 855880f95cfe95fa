export interface IntRange {
  readonly low: number;
  readonly high: number;
}

/** Integers and ranges of them, asked in logarithmic time. */
export class IntSet {
  readonly #lows: Float64Array;
  readonly #highs: Float64Array;

  constructor(ranges: readonly IntRange[]) {
    const merged: IntRange[] = [];
    for (const range of ranges.toSorted((a, b) => a.low - b.low)) {
      const last = merged[merged.length - 1];
      if (last === undefined || range.low > last.high) merged.push(range);
      else if (range.high > last.high) {
        merged[merged.length - 1] = { low: last.low, high: range.high };
      }
    }
    this.#lows = Float64Array.from(merged, ({ low }) => low);
    this.#highs = Float64Array.from(merged, ({ high }) => high);
  }

  has(value: number): boolean {
    let low = 0;
    let high = this.#lows.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if ((this.#lows[middle] as number) > value) high = middle - 1;
      else if ((this.#highs[middle] as number) < value) low = middle + 1;
      else return true;
    }
    return false;
  }
}
