import type { Coding } from "@egide/contract/policy/respond.ts";
import { compressWhole } from "#respond/compress/coder.ts";

interface Entry {
  readonly body: Buffer;
  readonly coded: Uint8Array;
}

const SEED: Readonly<Record<Coding, number>> = { br: 1, zstd: 2, gzip: 3 };
/** Slots of the table of what was seen once; a power of two. */
const SEEN = 8192;

/**
 * Remembers what bodies become when they are compressed, for texts that are served again and again.
 * A body is known by its bytes, all of them compared: no validator of an origin has to be believed.
 * Only what comes a second time is kept, so that pages made for one visitor do not push out others.
 */
export class CodedMemo {
  readonly #limit: number;
  /** In the order they came: the oldest gives way. */
  readonly #entries = new Map<number, Entry>();
  readonly #seen = new Int32Array(SEEN);
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The same as `compressWhole`. `zone` keeps zones apart. What it answers must not be changed. */
  compress(zone: number, coding: Coding, body: Uint8Array): Uint8Array {
    const hash = Bun.hash.xxHash32(body, (zone * 4 + SEED[coding]) >>> 0) | 0;
    const known = this.#entries.get(hash);
    if (known !== undefined && known.body.equals(body)) return known.coded;
    const coded = compressWhole(coding, body);
    if (known !== undefined) return coded; // two bodies of one hash: the first one stays
    if (this.#seen[hash & (SEEN - 1)] === hash) this.#keep(hash, body, coded);
    else this.#seen[hash & (SEEN - 1)] = hash;
    return coded;
  }

  #keep(hash: number, body: Uint8Array, coded: Uint8Array): void {
    const size = body.length + coded.length;
    if (size > this.#limit / 16) return;
    this.#bytes += size;
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#limit) break;
      this.#entries.delete(oldest);
      this.#bytes -= entry.body.length + entry.coded.length;
    }
    // Copies: the body is borrowed, and what is coded may sit in a larger buffer.
    this.#entries.set(hash, { body: Buffer.from(body), coded: new Uint8Array(coded) });
  }
}
