/** Where `readAddress` puts what it reads. */
const words = new Int32Array(4);

/**
 * Reads an address as 32-bit words without allocating, and hands the first `bits` of it to `word`. The
 * text is one that the edge spelled (facts.client); what is no address is hashed as no words at all.
 */
export function addressWords(
  text: string,
  v4Bits: number,
  v6Bits: number,
  sink: { word(word: number): unknown },
): void {
  const isV6 = text.includes(":");
  if (isV6 ? !readV6(text) : !readV4(text)) return;
  const bits = isV6 ? v6Bits : v4Bits;
  sink.word(isV6 ? 6 : 4);
  for (let i = 0; i * 32 < bits; i++) {
    const here = bits - i * 32;
    const word = words[i] as number;
    sink.word(here >= 32 ? word : word & ~(0xffff_ffff >>> here));
  }
}

function readV4(text: string): boolean {
  let address = 0;
  let part = 0;
  let parts = 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      address = (address << 8) | part;
      part = 0;
      parts++;
    } else part = part * 10 + code - 0x30;
  }
  words[0] = (address << 8) | part;
  return parts === 4;
}

/** Groups before and after `::`; an address that ends in dots stays text for the caller's spelling. */
function readV6(text: string): boolean {
  words.fill(0);
  let group = 0;
  let value = 0;
  let gap = -1;
  for (let i = 0; i <= text.length; i++) {
    const code = i === text.length ? 0x3a : text.charCodeAt(i);
    if (code !== 0x3a) {
      const digit = code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
      if (digit < 0 || digit > 15) return false;
      value = (value << 4) | digit;
      continue;
    }
    const isEmpty = i === 0 || text.charCodeAt(i - 1) === 0x3a;
    if (isEmpty) {
      // The second colon of `::` marks the gap; one at the very end adds nothing.
      if (i > 0 && i < text.length) gap = group;
      continue;
    }
    if (group > 7) return false;
    put(group++, value);
    value = 0;
  }
  if (gap < 0) return group === 8;
  // What stands behind the gap belongs to the end.
  const behind = group - gap;
  for (let i = 0; i < behind; i++) {
    const from = group - 1 - i;
    const moved = get(from);
    if (7 - i === from) break;
    put(from, 0);
    put(7 - i, moved);
  }
  return true;
}

function get(group: number): number {
  return ((words[group >> 1] as number) >>> (group % 2 === 0 ? 16 : 0)) & 0xffff;
}

function put(group: number, value: number): void {
  const shift = group % 2 === 0 ? 16 : 0;
  const word = words[group >> 1] as number;
  words[group >> 1] = (word & ~(0xffff << shift)) | (value << shift);
}
