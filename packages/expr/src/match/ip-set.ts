import { parseCidr, parseIp } from "@egide/std/ip.ts";

interface Range {
  readonly low: Uint8Array;
  readonly high: Uint8Array;
}

/**
 * Addresses, blocks and ranges of both families, asked in logarithmic time: sorted, merged ranges,
 * those of IPv4 as numbers. Sets of a hundred thousand blocks are ordinary.
 */
export class IpSet {
  readonly #low4: Uint32Array;
  readonly #high4: Uint32Array;
  readonly #six: readonly Range[];

  constructor(ranges: readonly Range[]) {
    const four = merge(ranges.filter(({ low }) => low.length === 4));
    this.#low4 = Uint32Array.from(four, ({ low }) => number4(low));
    this.#high4 = Uint32Array.from(four, ({ high }) => number4(high));
    this.#six = merge(ranges.filter(({ low }) => low.length === 16));
  }

  has(address: Uint8Array): boolean {
    return address.length === 4 ? this.#has4(number4(address)) : this.#has6(address);
  }

  #has4(address: number): boolean {
    const lows = this.#low4;
    let low = 0;
    let high = lows.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if ((lows[middle] as number) > address) high = middle - 1;
      else if ((this.#high4[middle] as number) < address) low = middle + 1;
      else return true;
    }
    return false;
  }

  #has6(address: Uint8Array): boolean {
    let low = 0;
    let high = this.#six.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = this.#six[middle] as Range;
      if (compare(range.low, address) > 0) high = middle - 1;
      else if (compare(range.high, address) < 0) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** `192.0.2.1`, `192.0.2.0/24` or `192.0.2.1..192.0.2.9`; null for anything else. */
export function readRange(text: string): Range | null {
  const dots = text.indexOf("..");
  if (dots >= 0) {
    const low = parseIp(text.slice(0, dots));
    const high = parseIp(text.slice(dots + 2));
    if (low === null || high === null || low.length !== high.length) return null;
    return compare(low, high) > 0 ? null : { low, high };
  }
  const block = parseCidr(text);
  return block === null ? null : rangeOf(block.bytes, block.bits);
}

function rangeOf(bytes: Uint8Array, bits: number): Range {
  const low = masked(bytes, bits);
  const high = low.slice();
  for (let i = 0; i < high.length; i++) high[i] = (high[i] as number) | (0xff & ~maskByte(bits, i));
  return { low, high };
}

/** The first `bits` bits, the rest zero. */
export function masked(bytes: Uint8Array, bits: number): Uint8Array {
  const out = bytes.slice();
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) & maskByte(bits, i);
  return out;
}

function maskByte(bits: number, index: number): number {
  const left = bits - index * 8;
  return left >= 8 ? 0xff : left <= 0 ? 0 : (0xff00 >> left) & 0xff;
}

function merge(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  for (const range of ranges.toSorted((a, b) => compare(a.low, b.low))) {
    const last = out[out.length - 1];
    if (last === undefined || compare(range.low, last.high) > 0) out.push(range);
    else if (compare(range.high, last.high) > 0) {
      out[out.length - 1] = { low: last.low, high: range.high };
    }
  }
  return out;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function number4(a: Uint8Array): number {
  const rest = ((a[1] as number) << 16) | ((a[2] as number) << 8) | (a[3] as number);
  return (a[0] as number) * 0x1000000 + rest;
}
