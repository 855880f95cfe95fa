import { parseCidr } from "@egide/std/ip.ts";

/** A block of addresses, or a single one, in one spelling. */
export interface Prefix {
  /** `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/64`: host bits clear, no length where all bits count. */
  readonly text: string;
  /** 4 or 16 bytes, host bits clear. */
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** Null where the text is no address and no block. */
export function parsePrefix(text: string): Prefix | null {
  const block = parseCidr(text);
  if (block === null) return null;
  const bytes = masked(block.bytes, block.bits);
  const full = bytes.length * 8;
  const address = formatIp(bytes);
  return {
    text: block.bits === full ? address : `${address}/${block.bits}`,
    bytes,
    bits: block.bits,
  };
}

export function isSingle(prefix: Prefix): boolean {
  return prefix.bits === prefix.bytes.length * 8;
}

function masked(bytes: Uint8Array, bits: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const left = bits - i * 8;
    out[i] = (bytes[i] as number) & (left >= 8 ? 0xff : left <= 0 ? 0 : 0xff00 >> left);
  }
  return out;
}

/** RFC 5952 for IPv6: lower case, the longest run of zero groups (the first of equals) as `::`. */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, i) => ((bytes[i * 2] as number) << 8) | (bytes[i * 2 + 1] as number),
  );
  let best = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > bestLength) {
      best = start;
      bestLength = length;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (best < 0) return hex.join(":");
  return `${hex.slice(0, best).join(":")}::${hex.slice(best + bestLength).join(":")}`;
}

/** Things by their block, found by any block within or around. */
export class PrefixMap<T> {
  readonly #byText = new Map<string, { readonly prefix: Prefix; readonly value: T }>();
  /** Blocks of each length, so that a look-up asks only lengths that there are. */
  readonly #lengths = { 4: new Map<number, number>(), 16: new Map<number, number>() };

  get size(): number {
    return this.#byText.size;
  }

  get(prefix: Prefix): T | undefined {
    return this.#byText.get(prefix.text)?.value;
  }

  set(prefix: Prefix, value: T): void {
    if (!this.#byText.has(prefix.text)) {
      const lengths = this.#lengthsOf(prefix);
      lengths.set(prefix.bits, (lengths.get(prefix.bits) ?? 0) + 1);
    }
    this.#byText.set(prefix.text, { prefix, value });
  }

  delete(prefix: Prefix): boolean {
    if (!this.#byText.delete(prefix.text)) return false;
    const lengths = this.#lengthsOf(prefix);
    const left = (lengths.get(prefix.bits) ?? 1) - 1;
    if (left === 0) lengths.delete(prefix.bits);
    else lengths.set(prefix.bits, left);
    return true;
  }

  values(): T[] {
    return [...this.#byText.values()].map(({ value }) => value);
  }

  /** A block around `prefix` (or, with `orSame`, that very block); undefined where there is none. */
  around(prefix: Prefix, orSame: boolean): T | undefined {
    const full = prefix.bytes.length * 8;
    for (const bits of this.#lengthsOf(prefix).keys()) {
      if (bits > prefix.bits || (bits === prefix.bits && !orSame)) continue;
      const address = formatIp(masked(prefix.bytes, bits));
      const found = this.#byText.get(bits === full ? address : `${address}/${bits}`);
      if (found !== undefined) return found.value;
    }
    return undefined;
  }

  /** A block inside `prefix`, other than itself. Walks them all. */
  inside(prefix: Prefix): T | undefined {
    for (const { prefix: other, value } of this.#byText.values()) {
      if (other.bits <= prefix.bits || other.bytes.length !== prefix.bytes.length) continue;
      if (formatIp(masked(other.bytes, prefix.bits)) === formatIp(prefix.bytes)) return value;
    }
    return undefined;
  }

  #lengthsOf(prefix: Prefix): Map<number, number> {
    return prefix.bytes.length === 4 ? this.#lengths[4] : this.#lengths[16];
  }
}
