/**
 * The Huffman code of HPACK (RFC 7541, appendix B). The code is canonical, so the lengths say all:
 * codes of one length count upwards in the order of their symbols.
 */
const LENGTHS: readonly number[] = `
  13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28
  6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10
  13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6
  15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28
  20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23 24 23 23 23 23 21 22 23 22 23 23 24
  22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23
  26 26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27
  20 24 20 21 22 21 21 23 22 22 25 25 24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26
  30`
  .trim()
  .split(/\s+/)
  .map(Number);

const END_OF_STRING = 256;

/** Symbol by "length:code". */
function buildTable(): Map<string, number> {
  const table = new Map<string, number>();
  let code = 0;
  for (let length = 1; length <= 30; length++) {
    for (let symbol = 0; symbol < LENGTHS.length; symbol++) {
      if (LENGTHS[symbol] !== length) continue;
      table.set(`${length}:${code}`, symbol);
      code++;
    }
    code *= 2;
  }
  return table;
}

const TABLE = buildTable();

/** Decodes a Huffman string to latin1 text. Slow: it looks at one bit at a time. */
export function huffmanDecode(bytes: Uint8Array): string {
  let out = "";
  let code = 0;
  let length = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      length++;
      const symbol = TABLE.get(`${length}:${code}`);
      if (symbol === undefined) continue;
      if (symbol === END_OF_STRING) throw new Error("end-of-string symbol inside a string");
      out += String.fromCharCode(symbol);
      code = 0;
      length = 0;
    }
  }
  // Padding is the start of the end-of-string code: at most seven ones.
  if (length > 7 || code !== 2 ** length - 1) throw new Error("bad padding");
  return out;
}
