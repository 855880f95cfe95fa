/**
 * Length in bits of the Huffman code of each byte, and of EOS at the end (RFC 7541, appendix B). The
 * code is canonical: lengths alone tell it (codes of one length are consecutive in order of symbols).
 */
// biome-ignore format: sixteen to a row, as the symbols stand
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];

const EOS = 256;
const LONGEST = 30;

/** Code of each byte, right-aligned, and its length in bits. */
export const CODE = new Uint32Array(256);
export const CODE_BITS = new Uint8Array(256);

/**
 * To decode: for each length the first code of it, left-aligned to 32 bits, and where the symbols of
 * that length begin in `SYMBOLS`.
 */
export const FIRST = new Float64Array(LONGEST + 2);
export const OFFSET = new Int32Array(LONGEST + 2);
export const SYMBOLS = new Uint16Array(LENGTHS.length);

/** One look-up for codes of up to this many bits, which are nearly all that is ever sent. */
export const FAST_BITS = 10;
/** Symbol in the high byte, length in the low one; 0 for a longer code. */
export const FAST = new Uint16Array(1 << FAST_BITS);

function build(): void {
  let code = 0;
  let count = 0;
  for (let bits = 1; bits <= LONGEST; bits++) {
    code *= 2;
    FIRST[bits] = code * 2 ** (32 - bits);
    OFFSET[bits] = count - code;
    for (let symbol = 0; symbol <= EOS; symbol++) {
      if (LENGTHS[symbol] !== bits) continue;
      SYMBOLS[count++] = symbol;
      if (symbol !== EOS) {
        CODE[symbol] = code;
        CODE_BITS[symbol] = bits;
        if (bits <= FAST_BITS) {
          const from = code << (FAST_BITS - bits);
          FAST.fill((symbol << 8) | bits, from, from + (1 << (FAST_BITS - bits)));
        }
      }
      code++;
    }
  }
  FIRST[LONGEST + 1] = 2 ** 32;
}

build();
