/** Sides of what an image is reduced to before its transform. */
export const SIDE = 64;
/** Two passes of a box make a tent (Jarosz, "Fast Image Convolutions", 2001). */
const PASSES = 2;

/** Half of a block of the reduced image, rounded up: two passes gather the whole block. */
function windowOf(length: number): number {
  return Math.floor((length + 2 * SIDE - 1) / (2 * SIDE));
}

/** Mean along a row over a window that shrinks at both ends; single precision, as the published code has it. */
function box(
  from: Float32Array,
  to: Float32Array,
  start: number,
  length: number,
  window: number,
): void {
  const half = (window + 2) >> 1;
  let sum = 0;
  let count = 0;
  let right = start;
  let left = start;
  let out = start;
  for (let i = 1; i < half; i++, right++, count++) {
    sum = Math.fround(sum + (from[right] as number));
  }
  for (let i = half; i <= window; i++, right++, out++) {
    sum = Math.fround(sum + (from[right] as number));
    to[out] = sum / ++count;
  }
  for (let i = window; i < length; i++, right++, left++, out++) {
    sum = Math.fround(sum + (from[right] as number));
    sum = Math.fround(sum - (from[left] as number));
    to[out] = sum / count;
  }
  for (let i = 1; i < half; i++, left++, out++) {
    sum = Math.fround(sum - (from[left] as number));
    to[out] = sum / --count;
  }
}

/**
 * The same down all columns at once, a row at a time: memory is read in its order, and each column's
 * sums are made in the same order as by itself.
 */
function boxDown(
  from: Float32Array,
  to: Float32Array,
  rows: number,
  columns: number,
  window: number,
): void {
  const half = (window + 2) >> 1;
  const sums = new Float32Array(columns);
  let count = 0;
  let right = 0;
  let left = 0;
  let out = 0;
  const add = (): void => {
    for (let at = 0; at < columns; at++, right++) {
      sums[at] = (sums[at] as number) + (from[right] as number);
    }
  };
  const take = (): void => {
    for (let at = 0; at < columns; at++, left++) {
      sums[at] = (sums[at] as number) - (from[left] as number);
    }
  };
  const write = (): void => {
    for (let at = 0; at < columns; at++, out++) to[out] = (sums[at] as number) / count;
  };
  for (let i = 1; i < half; i++, count++) add();
  for (let i = half; i <= window; i++) {
    add();
    count++;
    write();
  }
  for (let i = window; i < rows; i++) {
    add();
    take();
    write();
  }
  for (let i = 1; i < half; i++) {
    take();
    count--;
    write();
  }
}

/** Blurs `luma` in place. */
export function jarosz(luma: Float32Array, rows: number, columns: number): void {
  const other = new Float32Array(luma.length);
  const along = windowOf(columns);
  const down = windowOf(rows);
  for (let pass = 0; pass < PASSES; pass++) {
    for (let row = 0; row < rows; row++) box(luma, other, row * columns, columns, along);
    boxDown(other, luma, rows, columns, down);
  }
}

/** Takes one sample from the centre of each of 64 × 64 blocks. */
export function decimate(luma: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(SIDE * SIDE);
  for (let i = 0; i < SIDE; i++) {
    const row = Math.floor(((i + 0.5) * rows) / SIDE);
    for (let j = 0; j < SIDE; j++) {
      const column = Math.floor(((j + 0.5) * columns) / SIDE);
      out[i * SIDE + j] = luma[row * columns + column] as number;
    }
  }
  return out;
}

/**
 * How much there is to see, 0 to 100: the sum of gradients, each rounded towards zero so that many
 * faint ones count for nothing. Hashes of images below 50 say little.
 */
export function qualityOf(small: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      const at = i * SIDE + j;
      const here = small[at] as number;
      if (i + 1 < SIDE) sum += gradient(here, small[at + SIDE] as number);
      if (j + 1 < SIDE) sum += gradient(here, small[at + 1] as number);
    }
  }
  return Math.min(100, Math.floor(sum / 90));
}

function gradient(a: number, b: number): number {
  return Math.abs(Math.trunc(Math.fround(Math.fround(Math.fround(a - b) * 100) / 255)));
}
