import { parseIp } from "@egide/std/ip.ts";
import type { Mac } from "#issue/mac.ts";

/** Two keyed numbers that stand for a network or a text. */
export type Mark = readonly [number, number];

const KEPT = 8192;

/**
 * Networks and addresses as keyed numbers, so that tables of them hold no addresses and nobody can
 * aim at a place in them. Visitors come again with every request: what was worked out is kept.
 */
export class Networks {
  readonly #mac: Mac;
  readonly #prefixes = new Map<string, Mark>();

  constructor(mac: Mac) {
    this.#mac = mac;
  }

  /** The /24 of an IPv4 and the /56 of an IPv6 address: what one household or office has. */
  prefix(address: string): Mark {
    let mark = this.#prefixes.get(address);
    if (mark === undefined) {
      const bytes = parseIp(address) ?? Buffer.from(address);
      mark = this.mark(bytes.subarray(0, bytes.length === 4 ? 3 : 7), bytes.length);
      if (this.#prefixes.size >= KEPT) this.#prefixes.clear();
      this.#prefixes.set(address, mark);
    }
    return mark;
  }

  /** `space` keeps numbers of different meanings apart. Neither number is 0. */
  mark(bytes: Uint8Array, space: number): Mark {
    const text = new Uint8Array(bytes.length + 1);
    text[0] = space;
    text.set(bytes, 1);
    const tag = this.#mac.sign(text);
    const view = new DataView(tag.buffer, tag.byteOffset);
    return [view.getInt32(0) || 1, view.getInt32(4) || 1];
  }
}
