import { describe, expect, test } from "bun:test";
import { createLimitMemory } from "#cells.ts";
import { Limiter } from "#limiter.ts";
import { CountMin, createSketchMemory } from "#sketch.ts";

/** Runs testing-thread.ts as often as asked, and adds up what the threads say passed. */
async function hammer(threads: number, order: Record<string, unknown>): Promise<number> {
  const start = new Int32Array(new SharedArrayBuffer(4));
  const file = new URL("./testing-thread.ts", import.meta.url).href;
  const results = await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const worker = new Worker(file);
      worker.addEventListener("message", (event: MessageEvent<number>) => {
        resolve(event.data);
        worker.terminate();
      });
      worker.addEventListener("error", (event) => reject(new Error(event.message)));
      worker.postMessage({ ...order, thread, threads, start });
      return promise;
    }),
  );
  return results.reduce((sum, passed) => sum + passed, 0);
}

describe("threads that hammer the same keys", () => {
  test("let exactly the limit through together", async () => {
    const limit = createLimitMemory(1_000_000);
    const passed = await hammer(4, { kind: "window", limit, rounds: 40_000, keys: 5 });
    expect(passed).toBe(5 * 1000);
  });

  test("take exactly the tokens that were there", async () => {
    const limit = createLimitMemory(1_000_000);
    const passed = await hammer(4, { kind: "bucket", limit, rounds: 40_000, keys: 5 });
    expect(passed).toBe(5 * 1000);
  });

  test("lose no count, also where keys fight for room", async () => {
    const sketch = createSketchMemory(64, 4);
    await hammer(4, { kind: "sketch", sketch, rounds: 40_000, keys: 100 });
    const counts = new CountMin(sketch);
    for (let key = 0; key < 100; key++) {
      expect(counts.estimate(Math.imul(key, 0x9e3779b1), key)).toBeGreaterThanOrEqual(4 * 400);
    }
  });

  test("go on where one died inside a lock", () => {
    const memory = createLimitMemory(1);
    Atomics.store(new Int32Array(memory.buffer), 0, 1);
    const limiter = new Limiter(memory);
    expect(limiter.count(1, 1, 1, 1000, 0, 1, 10_000)).toBe(0);
    expect(limiter.count(1, 1, 1, 1000, 0, 1, 10_000)).toBeGreaterThan(0);
  });
});
