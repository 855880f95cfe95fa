/** Sides of what an image is reduced to before its transform. */
export const SIDE = 64;

/** Rows of pixels, one byte a channel: 1 (grey), 3 (RGB) or 4 (RGBA, over black). */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/**
 * For each sample along a side, a run of pixels from `first` on, and what each counts: those of
 * `weights` from `from[sample]` up to `from[sample + 1]`.
 */
interface Taps {
  readonly first: Int32Array;
  readonly from: Int32Array;
  readonly weights: Float64Array;
}

/**
 * What the published steps come to, on a line of `length` pixels, for the few that are kept in the
 * end. The line is brought to `grid` pixels; a box slides along it twice, which makes a tent (Jarosz,
 * "Fast Image Convolutions", 2001), and shrinks at both ends; one pixel is taken from the centre of
 * each of 64 blocks. All of it is linear, so each sample is a sum of pixels with fixed weights.
 */
function tapsOf(length: number, grid: number): Taps {
  // Half of a block, rounded up: two passes gather the whole block.
  const window = Math.floor((grid + 2 * SIDE - 1) / (2 * SIDE));
  const behind = window >> 1;
  const before = window - 1 - behind;
  const box = (at: number, add: (pixel: number, share: number) => void): void => {
    const left = Math.max(0, at - before);
    const right = Math.min(grid - 1, at + behind);
    for (let pixel = left; pixel <= right; pixel++) add(pixel, 1 / (right - left + 1));
  };
  const first = new Int32Array(SIDE);
  const from = new Int32Array(SIDE + 1);
  const weights: number[] = [];
  const counts = new Float64Array(length);
  for (let sample = 0; sample < SIDE; sample++) {
    let low = length;
    let high = 0;
    box(Math.floor(((sample + 0.5) * grid) / SIDE), (blurred, share) => {
      box(blurred, (pixel, part) => {
        interpolate(pixel, length, grid, (source, weight) => {
          counts[source] = (counts[source] as number) + share * part * weight;
          low = Math.min(low, source);
          high = Math.max(high, source);
        });
      });
    });
    first[sample] = low;
    for (let source = low; source <= high; source++) weights.push(counts[source] as number);
    from[sample + 1] = weights.length;
    counts.fill(0, low, high + 1);
  }
  return { first, from, weights: Float64Array.from(weights) };
}

/**
 * What pixel `at` of a line of `to` pixels holds of one of `length`: linear interpolation, or means.
 * The published command line takes the nearest pixel, rounded down: so the middle of what is taken
 * lies half a pixel before that place.
 */
function interpolate(
  at: number,
  length: number,
  to: number,
  add: (source: number, weight: number) => void,
): void {
  if (length === to) return add(at, 1);
  const step = length / to;
  const reach = Math.max(1, step);
  const centre = Math.max(0, at * step - 0.5);
  const left = Math.max(0, Math.floor(centre - reach) + 1);
  const right = Math.min(length - 1, Math.ceil(centre + reach) - 1);
  let total = 0;
  for (let i = left; i <= right; i++) total += 1 - Math.abs(i - centre) / reach;
  for (let i = left; i <= right; i++) add(i, (1 - Math.abs(i - centre) / reach) / total);
}

/**
 * The image's luma as 64 × 64 samples, each a mean of what is about it. An image with a side of more
 * than `square` pixels is brought to such a square first.
 */
export function reduce(pixels: Pixels, square: number): Float32Array {
  const { width, height } = pixels;
  const isLarge = width > square || height > square;
  const along = tapsOf(width, isLarge ? square : width);
  const luma = new Float64Array(width);
  const lines = new Float64Array(height * SIDE);
  for (let row = 0; row < height; row++) {
    readLuma(pixels, row, luma);
    sampleLine(luma, along, lines, row * SIDE);
  }
  const { first, from, weights } = tapsOf(height, isLarge ? square : height);
  const sums = new Float64Array(SIDE);
  const out = new Float32Array(SIDE * SIDE);
  for (let sample = 0; sample < SIDE; sample++) {
    sums.fill(0);
    let line = (first[sample] as number) * SIDE;
    const end = from[sample + 1] as number;
    for (let tap = from[sample] as number; tap < end; tap++, line += SIDE) {
      const weight = weights[tap] as number;
      for (let column = 0; column < SIDE; column++) {
        sums[column] = (sums[column] as number) + weight * (lines[line + column] as number);
      }
    }
    out.set(sums, sample * SIDE);
  }
  return out;
}

function sampleLine(
  luma: Float64Array,
  { first, from, weights }: Taps,
  to: Float64Array,
  at: number,
): void {
  for (let sample = 0, tap = 0; sample < SIDE; sample++) {
    let sum = 0;
    const end = from[sample + 1] as number;
    for (let pixel = first[sample] as number; tap < end; pixel++, tap++) {
      sum += (weights[tap] as number) * (luma[pixel] as number);
    }
    to[at + sample] = sum;
  }
}

/** Luma of one row, by ITU-R BT.601. */
function readLuma({ data, width, channels }: Pixels, row: number, to: Float64Array): void {
  let at = row * width * channels;
  if (channels === 1) {
    for (let i = 0; i < width; i++, at++) to[i] = data[at] as number;
    return;
  }
  for (let i = 0; i < width; i++, at += channels) {
    to[i] =
      0.299 * (data[at] as number) +
      0.587 * (data[at + 1] as number) +
      0.114 * (data[at + 2] as number);
  }
  if (channels === 3) return;
  at = row * width * channels + 3;
  for (let i = 0; i < width; i++, at += channels) {
    to[i] = ((to[i] as number) * (data[at] as number)) / 255;
  }
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
