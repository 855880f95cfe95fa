/*
 * SHA-256 (FIPS 180-4) on 32-bit words. Of our own because the same function runs in browsers (also
 * over plain HTTP, where WebCrypto is withheld) and because in Bun one block costs less this way than
 * the crossing into native code.
 */

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = new Int32Array(64);
/** The same of the square roots of the first 8. */
export const INITIAL = new Int32Array(8);

for (let n = 2, i = 0; i < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
  if (!prime) continue;
  if (i < 8) INITIAL[i] = fraction(Math.sqrt(n));
  K[i++] = fraction(Math.cbrt(n));
}

function fraction(x: number): number {
  return ((x - Math.floor(x)) * 4_294_967_296) | 0;
}

const W = new Int32Array(64);

/** One block of 16 words into `state`. */
export function compress(state: Int32Array, block: Int32Array): void {
  for (let i = 0; i < 16; i++) W[i] = block[i] as number;
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15] as number;
    const y = W[i - 2] as number;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = ((W[i - 16] as number) + s0 + (W[i - 7] as number) + s1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t = (h + s1 + ((e & f) ^ (~e & g)) + (K[i] as number) + (W[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const u = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t) | 0;
    d = c;
    c = b;
    b = a;
    a = (t + u) | 0;
  }
  state[0] = ((state[0] as number) + a) | 0;
  state[1] = ((state[1] as number) + b) | 0;
  state[2] = ((state[2] as number) + c) | 0;
  state[3] = ((state[3] as number) + d) | 0;
  state[4] = ((state[4] as number) + e) | 0;
  state[5] = ((state[5] as number) + f) | 0;
  state[6] = ((state[6] as number) + g) | 0;
  state[7] = ((state[7] as number) + h) | 0;
}

const block = new Int32Array(16);

/**
 * Takes `bytes` in as the end of a message of which `before` bytes (whole blocks) are in `state`
 * already.
 */
export function finish(state: Int32Array, bytes: Uint8Array, before: number): void {
  const { length } = bytes;
  const blocks = ((length + 8) >> 6) + 1;
  for (let at = 0, i = 0; i < blocks; i++) {
    for (let word = 0; word < 16; word++, at += 4) {
      block[word] =
        (octet(bytes, at) << 24) |
        (octet(bytes, at + 1) << 16) |
        (octet(bytes, at + 2) << 8) |
        octet(bytes, at + 3);
    }
    if (i === blocks - 1) {
      const total = before + length;
      block[14] = Math.floor(total / 0x20000000);
      block[15] = total << 3;
    }
    compress(state, block);
  }
}

function octet(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? (bytes[at] as number) : at === bytes.length ? 0x80 : 0;
}

/** The digest of a whole message, as words. */
export function digest(bytes: Uint8Array): Int32Array {
  const state = INITIAL.slice();
  finish(state, bytes, 0);
  return state;
}
