import { hexByte, narrow } from "#transform/bytes.ts";

/** Maps a code point to a byte, as the file of SecUnicodeMapFile says. */
export type UnicodeMap = ReadonlyMap<number, number>;

/**
 * As urlDecode, and also `%uHHHH`: the byte that the Unicode map gives, else the low byte, with
 * full-width forms turned into ASCII. Invalid escapes stay (reference manual, urlDecodeUni).
 */
export function urlDecodeUni(value: string, map?: UnicodeMap): string {
  if (!value.includes("%")) return value.includes("+") ? value.replaceAll("+", " ") : value;
  const plain = value.includes("+") ? value.replaceAll("+", " ") : value;
  let out = "";
  let from = 0;
  for (let at = plain.indexOf("%"); at >= 0; at = plain.indexOf("%", at)) {
    const wide = (plain.charCodeAt(at + 1) | 32) === 117;
    const byte = wide ? wideByte(plain, at + 2, map) : hexByte(plain, at + 1);
    if (byte < 0) {
      at++;
      continue;
    }
    out += plain.slice(from, at) + String.fromCharCode(byte);
    at += wide ? 6 : 3;
    from = at;
  }
  return from === 0 ? plain : out + plain.slice(from);
}

function wideByte(value: string, at: number, map: UnicodeMap | undefined): number {
  const high = hexByte(value, at);
  const low = hexByte(value, at + 2);
  if (high < 0 || low < 0) return -1;
  const code = high * 256 + low;
  return map?.get(code) ?? narrow(code);
}
