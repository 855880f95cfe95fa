import { hexByte } from "#transform/bytes.ts";

/** Decodes `%HH` and `+`; an invalid escape stays as it is (reference manual, urlDecode). */
export function urlDecode(value: string): string {
  if (!value.includes("%")) return value.includes("+") ? value.replaceAll("+", " ") : value;
  let out = "";
  let from = 0;
  const plain = value.includes("+") ? value.replaceAll("+", " ") : value;
  for (let at = plain.indexOf("%"); at >= 0; at = plain.indexOf("%", at)) {
    const byte = hexByte(plain, at + 1);
    if (byte < 0) {
      at++;
      continue;
    }
    out += plain.slice(from, at) + String.fromCharCode(byte);
    at += 3;
    from = at;
  }
  return from === 0 ? plain : out + plain.slice(from);
}
