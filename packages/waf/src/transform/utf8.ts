/** A UTF-8 sequence: its code point and length; length 0 where the bytes are none (RFC 3629). */
export interface Sequence {
  readonly code: number;
  readonly length: number;
}

const invalid: Sequence = { code: -1, length: 0 };

/** Reads the sequence at `at` of a byte string: no overlong form, no surrogate, nothing past U+10FFFF. */
export function sequenceAt(bytes: string, at: number): Sequence {
  const lead = bytes.charCodeAt(at);
  if (lead < 0x80) return { code: lead, length: 1 };
  if (lead >= 0xc2 && lead <= 0xdf) return tail(bytes, at, lead & 31, 2);
  if (lead >= 0xe0 && lead <= 0xef) {
    const found = tail(bytes, at, lead & 15, 3);
    const surrogate = found.code >= 0xd800 && found.code <= 0xdfff;
    return found.code < 0x800 || surrogate ? invalid : found;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const found = tail(bytes, at, lead & 7, 4);
    return found.code < 0x10000 || found.code > 0x10ffff ? invalid : found;
  }
  return invalid;
}

function tail(bytes: string, at: number, lead: number, length: number): Sequence {
  let code = lead;
  for (let i = 1; i < length; i++) {
    const next = bytes.charCodeAt(at + i);
    if ((next & 0xc0) !== 0x80) return invalid;
    code = code * 64 + (next & 63);
  }
  return { code, length };
}
