import { SIDE } from "#match/pdq/filter.ts";

/** Coefficients kept in each direction: frequencies 1 to 16, without the mean. */
export const KEPT = 16;
const CELLS = KEPT * KEPT;

const COSINES = new Float64Array(KEPT * SIDE);
for (let i = 0; i < KEPT; i++) {
  for (let j = 0; j < SIDE; j++) {
    COSINES[i * SIDE + j] =
      Math.sqrt(2 / SIDE) * Math.cos((Math.PI / 2 / SIDE) * (i + 1) * (2 * j + 1));
  }
}

/** Two-dimensional discrete cosine transform (DCT-II), its 16 × 16 low frequencies alone. */
export function transform(small: Float32Array): Float32Array {
  const half = new Float64Array(KEPT * SIDE);
  for (let i = 0; i < KEPT; i++) {
    for (let k = 0; k < SIDE; k++) {
      const cosine = COSINES[i * SIDE + k] as number;
      for (let j = 0; j < SIDE; j++) {
        const at = i * SIDE + j;
        half[at] = (half[at] as number) + cosine * (small[k * SIDE + j] as number);
      }
    }
  }
  const out = new Float32Array(CELLS);
  for (let i = 0; i < KEPT; i++) {
    for (let j = 0; j < KEPT; j++) {
      let sum = 0;
      for (let k = 0; k < SIDE; k++) {
        sum += (half[i * SIDE + k] as number) * (COSINES[j * SIDE + k] as number);
      }
      out[i * KEPT + j] = sum;
    }
  }
  return out;
}

/** One bit for each coefficient above the median (the lower of the two middle ones); big-endian. */
export function bitsOf(coefficients: Float32Array): Uint8Array {
  const median = Float32Array.from(coefficients).sort()[CELLS / 2 - 1] as number;
  const out = new Uint8Array(CELLS / 8);
  for (let k = 0; k < CELLS; k++) {
    if ((coefficients[k] as number) > median) {
      const at = 31 - (k >> 3);
      out[at] = (out[at] as number) | (1 << (k & 7));
    }
  }
  return out;
}

/** The eight ways to turn and mirror a picture, each a change of signs and places of coefficients. */
export const DIHEDRAL = [
  "original",
  "rotate90",
  "rotate180",
  "rotate270",
  "flipX",
  "flipY",
  "flipPlus1",
  "flipMinus1",
] as const;
type Dihedral = (typeof DIHEDRAL)[number];

interface Change {
  readonly transpose: boolean;
  /** True where the coefficient of row i and column j changes its sign. */
  readonly negative: (i: number, j: number) => boolean;
}

const even = (n: number): boolean => (n & 1) === 0;

const CHANGES: Readonly<Record<Dihedral, Change>> = {
  original: { transpose: false, negative: () => false },
  rotate90: { transpose: true, negative: (_i, j) => even(j) },
  rotate180: { transpose: false, negative: (i, j) => !even(i + j) },
  rotate270: { transpose: true, negative: (i) => even(i) },
  flipX: { transpose: false, negative: (i) => even(i) },
  flipY: { transpose: false, negative: (_i, j) => even(j) },
  flipPlus1: { transpose: true, negative: () => false },
  flipMinus1: { transpose: true, negative: (i, j) => !even(i + j) },
};

export function turned(coefficients: Float32Array, how: Dihedral): Float32Array {
  const { transpose, negative } = CHANGES[how];
  const out = new Float32Array(CELLS);
  for (let i = 0; i < KEPT; i++) {
    for (let j = 0; j < KEPT; j++) {
      const value = coefficients[i * KEPT + j] as number;
      out[transpose ? j * KEPT + i : i * KEPT + j] = negative(i, j) ? -value : value;
    }
  }
  return out;
}
