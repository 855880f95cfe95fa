import { hexByte } from "#transform/bytes.ts";

/** Each byte as two hexadecimal digits in lower case. */
export function hexEncode(value: string): string {
  return Buffer.from(value, "latin1").toString("hex");
}

/** Pairs of hexadecimal digits back to bytes, up to the first pair that is none. */
export function hexDecode(value: string): string {
  let out = "";
  for (let i = 0; i + 1 < value.length; i += 2) {
    const byte = hexByte(value, i);
    if (byte < 0) break;
    out += String.fromCharCode(byte);
  }
  return out;
}

/** Decodes `0x…` literals as SQL writes strings. */
export function sqlHexDecode(value: string): string {
  return value.replace(/0[xX]((?:[0-9A-Fa-f]{2})+)/g, (_all, digits: string) => hexDecode(digits));
}
