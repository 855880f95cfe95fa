import {
  CODE,
  CODE_BITS,
  FAST,
  FAST_BITS,
  FIRST,
  OFFSET,
  SYMBOLS,
} from "#wire/h2/hpack/huffman-table.ts";

const EOS = 256;
const MASK = (1 << FAST_BITS) - 1;

/**
 * Decodes `bytes` from `at` to `end` into `out` (which must hold 8/5 of them). Answers how many bytes
 * came out, or -1 where the code is broken: EOS inside, padding of more than 7 bits or not of ones
 * (RFC 7541, section 5.2).
 */
export function huffmanDecode(bytes: Uint8Array, at: number, end: number, out: Uint8Array): number {
  let acc = 0;
  let bits = 0;
  let written = 0;
  let i = at;
  for (;;) {
    while (bits < FAST_BITS && i < end) {
      acc = (acc << 8) | (bytes[i++] as number);
      bits += 8;
    }
    if (bits < FAST_BITS) break;
    const fast = FAST[(acc >>> (bits - FAST_BITS)) & MASK] as number;
    if (fast !== 0) {
      out[written++] = fast >>> 8;
      bits -= fast & 0xff;
      continue;
    }
    const next = longCode(bytes, i * 8 - bits, end * 8);
    if (next < 0 || longSymbol === EOS) return -1;
    out[written++] = longSymbol;
    i = next >>> 3;
    bits = -next & 7;
    if (bits > 0) acc = bytes[i++] as number;
  }
  while (bits >= 5) {
    const fast = FAST[(acc << (FAST_BITS - bits)) & MASK] as number;
    if (fast === 0 || (fast & 0xff) > bits) break;
    out[written++] = fast >>> 8;
    bits -= fast & 0xff;
  }
  const ones = (1 << bits) - 1;
  return bits < 8 && (acc & ones) === ones ? written : -1;
}

let longSymbol = 0;

/** Reads one code bit by bit from bit `from`; answers the bit behind it, or -1 where `to` cuts it. */
function longCode(bytes: Uint8Array, from: number, to: number): number {
  let code = 0;
  let length = 0;
  for (let bit = from; bit < to; bit++) {
    code = code * 2 + (((bytes[bit >>> 3] as number) >> (7 - (bit & 7))) & 1);
    length++;
    if (length > FAST_BITS && code * 2 ** (32 - length) < (FIRST[length + 1] as number)) {
      longSymbol = SYMBOLS[code + (OFFSET[length] as number)] as number;
      return bit + 1;
    }
  }
  return -1;
}

/** Bytes that `text` (one char a byte) takes when coded. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += CODE_BITS[text.charCodeAt(i) & 0xff] as number;
  return (bits + 7) >>> 3;
}

/** Codes `text` into `out` at `at`; answers where it ends. */
export function huffmanEncode(text: string, out: Uint8Array, at: number): number {
  let p = at;
  // Held in two parts so that a code of 30 bits fits beside 7 pending ones without 64-bit numbers.
  let acc = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i) & 0xff;
    const length = CODE_BITS[byte] as number;
    const code = CODE[byte] as number;
    if (length > 24) {
      const high = length - 15;
      acc = (acc << high) | (code >>> 15);
      bits += high;
      while (bits >= 8) {
        bits -= 8;
        out[p++] = acc >>> bits;
      }
      acc = (acc << 15) | (code & 0x7fff);
      bits += 15;
    } else {
      acc = (acc << length) | code;
      bits += length;
    }
    while (bits >= 8) {
      bits -= 8;
      out[p++] = acc >>> bits;
    }
  }
  if (bits > 0) out[p++] = (acc << (8 - bits)) | (0xff >>> bits);
  return p;
}
