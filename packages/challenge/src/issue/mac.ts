import { compress, digest, finish, INITIAL } from "#kind/sha256.ts";

const BLOCK = 64;

/** HMAC-SHA-256 (RFC 2104) with the key's own blocks taken in once: two blocks a short message. */
export class Mac {
  readonly #inner = INITIAL.slice();
  readonly #outer = INITIAL.slice();
  readonly #state = new Int32Array(8);
  readonly #first = new Uint8Array(32);

  constructor(key: Uint8Array) {
    const padded = new Uint8Array(BLOCK);
    padded.set(key.length > BLOCK ? toBytes(digest(key)) : key);
    compress(this.#inner, words(padded, 0x36));
    compress(this.#outer, words(padded, 0x5c));
  }

  /** Good until the next call. */
  sign(message: Uint8Array): Uint8Array {
    this.#state.set(this.#inner);
    finish(this.#state, message, BLOCK);
    toBytes(this.#state, this.#first);
    this.#state.set(this.#outer);
    finish(this.#state, this.#first, BLOCK);
    return toBytes(this.#state, this.#first);
  }
}

function words(key: Uint8Array, pad: number): Int32Array {
  const out = new Int32Array(BLOCK / 4);
  for (let i = 0; i < BLOCK; i++) {
    out[i >> 2] = ((out[i >> 2] as number) << 8) | ((key[i] as number) ^ pad);
  }
  return out;
}

export function toBytes(state: Int32Array, out = new Uint8Array(state.length * 4)): Uint8Array {
  for (let i = 0; i < state.length; i++) {
    const word = state[i] as number;
    out[i * 4] = word >>> 24;
    out[i * 4 + 1] = word >>> 16;
    out[i * 4 + 2] = word >>> 8;
    out[i * 4 + 3] = word;
  }
  return out;
}
