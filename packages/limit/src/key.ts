/**
 * Keys of counters: 64 bits of HalfSipHash-2-4 (Aumasson and Bernstein, the 32-bit member of the
 * SipHash family) under a secret of the process. Whoever does not know the secret can't choose keys
 * that meet in one place of a table or a sketch. 32-bit words, because BigInt allocates.
 *
 * One object is used over and over: `begin`, any number of `text` and `word`, `finish`, then read
 * `lo` and `hi`. Nothing is allocated.
 */
export class KeyHash {
  /** The hash of what was finished last. */
  lo = 0;
  hi = 0;
  readonly #k0: number;
  readonly #k1: number;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  #words = 0;

  /** `secret`: 8 bytes. */
  constructor(secret: Uint8Array) {
    if (secret.length !== 8) throw new TypeError("the secret of a KeyHash has 8 bytes");
    const view = new DataView(secret.buffer, secret.byteOffset, 8);
    this.#k0 = view.getInt32(0, true);
    this.#k1 = view.getInt32(4, true);
    this.begin();
  }

  begin(): this {
    this.#v0 = this.#k0;
    this.#v1 = this.#k1 ^ 0xee;
    this.#v2 = 0x6c796765 ^ this.#k0;
    this.#v3 = 0x74656462 ^ this.#k1;
    this.#words = 0;
    return this;
  }

  /** A field of text. Its length goes in first, so that fields can't run into each other. */
  text(text: string): this {
    const { length } = text;
    this.word(length);
    let wide = 0;
    let i = 0;
    // As `word` does, but with the state in registers from one word to the next.
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    for (; i + 3 < length; i += 4) {
      const a = text.charCodeAt(i);
      const b = text.charCodeAt(i + 1);
      const c = text.charCodeAt(i + 2);
      const d = text.charCodeAt(i + 3);
      wide |= a | b | c | d;
      const word = a | (b << 8) | (c << 16) | (d << 24);
      v3 ^= word;
      for (let round = 0; round < 2; round++) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      v0 ^= word;
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
    this.#words += i >> 2;
    let last = 0;
    for (let shift = 0; i < length; i++, shift += 8) {
      const code = text.charCodeAt(i);
      wide |= code;
      last |= code << shift;
    }
    if (length % 4 !== 0) this.word(last);
    // Heads are latin1; of other text four chars don't fit one word, so each gets its own as well.
    if (wide > 255) for (let j = 0; j < length; j++) this.word(text.charCodeAt(j));
    return this;
  }

  word(word: number): this {
    this.#words++;
    this.#v3 ^= word;
    this.#rounds(2);
    this.#v0 ^= word;
    return this;
  }

  /** `last` is the final block; the count of words where nothing better is known. */
  finish(last = this.#words): void {
    this.word(last);
    this.#v2 ^= 0xee;
    this.#rounds(4);
    this.lo = this.#v1 ^ this.#v3;
    this.#v1 ^= 0xdd;
    this.#rounds(4);
    this.hi = this.#v1 ^ this.#v3;
  }

  #rounds(count: number): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}
