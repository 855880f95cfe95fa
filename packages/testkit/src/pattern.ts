/** Length of the pattern: a prime, so that a block lost or doubled anywhere shifts what follows. */
const PERIOD = 65_521;
const COPIES = 8;

const block = Buffer.alloc(PERIOD * COPIES);
for (let i = 0, state = 1; i < PERIOD; i++) {
  state = (state * 48_271) % 2_147_483_647;
  block[i] = state & 0xff;
}
for (let copy = 1; copy < COPIES; copy++) block.copy(block, copy * PERIOD, 0, PERIOD);

/** The bytes of the endless test pattern at `offset`: at least one, at most `most`. Don't write to them. */
export function patternAt(offset: number, most: number): Buffer {
  const start = offset % PERIOD;
  return block.subarray(start, Math.min(block.length, start + most));
}

/** Follows a body and tells whether it is the pattern from its first byte on. */
export class PatternCheck {
  length = 0;
  intact = true;

  take(chunk: Uint8Array): void {
    let at = 0;
    while (this.intact && at < chunk.length) {
      const expected = patternAt(this.length + at, chunk.length - at);
      this.intact = expected.compare(chunk, at, at + expected.length) === 0;
      at += expected.length;
    }
    this.length += chunk.length;
  }
}
