const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i++) values[alphabet.charCodeAt(i)] = i;

/** Decodes base64 up to the first byte that is not of its alphabet (RFC 4648, section 4). */
export function base64Decode(value: string): string {
  return decode(value, false);
}

/** As base64Decode, but passes over bytes outside the alphabet, as PHP and others do. */
export function base64DecodeExt(value: string): string {
  return decode(value, true);
}

function decode(value: string, skip: boolean): string {
  let out = "";
  let bits = 0;
  let held = 0;
  for (let i = 0; i < value.length; i++) {
    const six = values[value.charCodeAt(i)] as number;
    if (six < 0) {
      if (skip && value[i] !== "=") continue;
      break;
    }
    bits = ((bits << 6) | six) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += String.fromCharCode((bits >> held) & 255);
  }
  return out;
}
