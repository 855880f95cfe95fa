import { describe, expect, test } from "bun:test";
import { brotliDecompressSync, constants, gunzipSync } from "node:zlib";
import { createBrotliDecompress, createGunzip, createZstdDecompress } from "node:zlib";
import type { Coding } from "@egide/contract/policy/respond.ts";
import fc from "fast-check";
import { Coder, compressWhole } from "#respond/compress/coder.ts";

const CODINGS: readonly Coding[] = ["br", "zstd", "gzip"];
const decode: Record<Coding, (bytes: Uint8Array) => Buffer> = {
  br: (bytes) => brotliDecompressSync(bytes),
  zstd: (bytes) => Bun.zstdDecompressSync(bytes),
  gzip: (bytes) => gunzipSync(bytes),
};

class Collect {
  readonly chunks: Uint8Array[] = [];
  coded(chunk: Uint8Array): void {
    this.chunks.push(new Uint8Array(chunk));
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** Bodies by a short description, so that a counterexample can be read. */
const piece = fc.record({ seed: fc.nat(255), step: fc.nat(7), length: fc.nat(100_000) });
function bytesOf({
  seed,
  step,
  length,
}: {
  seed: number;
  step: number;
  length: number;
}): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = step === 7 ? (state * 1_103_515_245 + 12_345) & 0x7fff_ffff : (state + step) & 0xff;
    bytes[i] = state >>> (step === 7 ? 16 : 0);
  }
  return bytes;
}
const steps = fc.array(fc.oneof({ arbitrary: piece, weight: 3 }, fc.constant("flush" as const)), {
  maxLength: 12,
});

describe.each(CODINGS)("%s", (coding) => {
  test("what goes in comes out, in whatever pieces and with whatever flushes", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const coder = new Coder(coding);
        const out = new Collect();
        const input: Uint8Array[] = [];
        for (const step of list) {
          if (step === "flush") expect(coder.flush(out)).toBe(true);
          else {
            const bytes = bytesOf(step);
            input.push(bytes);
            const lent = bytes.slice();
            expect(coder.write(lent, out)).toBe(true);
            lent.fill(0xee); // borrowed for the call alone
          }
        }
        expect(coder.finish(out)).toBe(true);
        coder.close();
        expect(decode[coding](out.bytes).equals(Buffer.concat(input))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("a whole body comes back", () => {
    fc.assert(
      fc.property(piece, (description) => {
        const body = bytesOf(description);
        expect(decode[coding](compressWhole(coding, body)).equals(body)).toBe(true);
      }),
    );
  });

  test("what was flushed can be read before the end", async () => {
    const coder = new Coder(coding);
    const out = new Collect();
    coder.write(Buffer.from("data: 1\n\n"), out);
    coder.flush(out);
    expect(await readable(coding, out.bytes)).toBe("data: 1\n\n");
    coder.close();
  });

  test("a cut stream is never taken for whole", () => {
    const coder = new Coder(coding);
    const out = new Collect();
    coder.write(crypto.getRandomValues(new Uint8Array(5000)), out);
    coder.flush(out);
    coder.close();
    expect(() => decode[coding](out.bytes)).toThrow();
  });

  test("output larger than the common buffer comes in several pieces", () => {
    const noise = new Uint8Array(1_000_000);
    for (let i = 0; i < noise.length; i += 65_536) {
      crypto.getRandomValues(noise.subarray(i, i + 65_536));
    }
    const coder = new Coder(coding);
    const out = new Collect();
    coder.write(noise, out);
    coder.finish(out);
    coder.close();
    expect(out.chunks.length).toBeGreaterThan(10);
    expect(decode[coding](out.bytes).equals(noise)).toBe(true);
  });

  test("a closed coder answers false instead of writing", () => {
    const coder = new Coder(coding);
    coder.close();
    expect(coder.write(new Uint8Array(3), new Collect())).toBe(false);
  });
});

/** What a client that reads along has understood so far. */
function readable(coding: Coding, bytes: Uint8Array): Promise<string> {
  const decoder =
    coding === "br"
      ? createBrotliDecompress()
      : coding === "gzip"
        ? createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
        : createZstdDecompress();
  return new Promise((resolve, reject) => {
    decoder.on("data", (chunk: Buffer) => resolve(chunk.toString()));
    decoder.on("error", reject);
    decoder.write(bytes);
  });
}
