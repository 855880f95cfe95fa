import type { LimitMemory } from "#cells.ts";
import { Limiter } from "#limiter.ts";
import { CountMin, type SketchMemory } from "#sketch.ts";

/* One of the threads of threads.test.ts. */
declare const self: Worker;

interface Order {
  readonly kind: "window" | "bucket" | "sketch";
  readonly limit?: LimitMemory;
  readonly sketch?: SketchMemory;
  readonly rounds: number;
  readonly keys: number;
  readonly threads: number;
  readonly start: Int32Array;
}

self.addEventListener("message", ({ data }: MessageEvent<Order>) => {
  // All begin together.
  if (Atomics.add(data.start, 0, 1) + 1 === data.threads) Atomics.notify(data.start, 0);
  for (;;) {
    const here = Atomics.load(data.start, 0);
    if (here >= data.threads) break;
    Atomics.wait(data.start, 0, here, 100);
  }
  self.postMessage(run(data));
});

function run({ kind, limit, sketch, rounds, keys }: Order): number {
  let passed = 0;
  if (limit !== undefined) {
    const limiter = new Limiter(limit);
    for (let i = 0; i < rounds; i++) {
      const key = i % keys;
      const wait =
        kind === "window"
          ? limiter.count(key, 7, 1000, 60_000, 0, 1, 1_000_000)
          : limiter.take(key, 7, 10, 10_000, 1, 1_000_000);
      if (wait === 0) passed++;
    }
  }
  if (sketch !== undefined) {
    const counts = new CountMin(sketch);
    for (let i = 0; i < rounds; i++) {
      const key = i % keys;
      counts.add(Math.imul(key, 0x9e3779b1), key, 1);
    }
  }
  return passed;
}
