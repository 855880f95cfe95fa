import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { BUCKET_BYTES, createLimitMemory } from "#cells.ts";
import { KeyHash } from "#key.ts";
import { Limiter } from "#limiter.ts";

const START = 5_000_000;

/** Each key by its own exact arithmetic, in a map without bounds. */
class PlainWindows {
  readonly #keys = new Map<number, { times: Map<number, number>; heldUntil: number }>();

  count(
    key: number,
    limit: number,
    period: number,
    hold: number,
    amount: number,
    now: number,
  ): boolean {
    const cell = this.#keys.get(key) ?? { times: new Map<number, number>(), heldUntil: 0 };
    this.#keys.set(key, cell);
    if (now < cell.heldUntil) return false;
    if (cell.heldUntil > 0) {
      cell.times.clear();
      cell.heldUntil = 0;
    }
    const index = Math.floor(now / period);
    const share = 1 - (now - index * period) / period;
    const sum = (cell.times.get(index - 1) ?? 0) * share + (cell.times.get(index) ?? 0);
    if (sum + amount > limit + 1e-6) {
      if (hold > 0) cell.heldUntil = now + hold;
      return false;
    }
    cell.times.set(index, (cell.times.get(index) ?? 0) + amount);
    return true;
  }
}

describe("sliding windows", () => {
  test("are those of a plain model", () => {
    const step = fc.record({
      key: fc.nat(5),
      amount: fc.integer({ min: 1, max: 3 }),
      pass: fc.oneof(fc.nat(40), fc.nat(3000)),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 50, max: 1000 }),
        fc.constantFrom(0, 300, 2500),
        (steps, limit, period, hold) => {
          const limiter = new Limiter(createLimitMemory(64 * 1024));
          const model = new PlainWindows();
          let now = START;
          for (const { key, amount, pass } of steps) {
            now += pass;
            const wait = limiter.count(key * 777, key, limit, period, hold, amount, now);
            expect(wait === 0).toBe(model.count(key, limit, period, hold, amount, now));
          }
        },
      ),
    );
  });

  test("say how long to wait: not a hair less, and then it passes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(700), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (passes, limit) => {
          const limiter = new Limiter(createLimitMemory(64 * 1024));
          let now = START;
          for (const pass of passes) {
            now += pass;
            const wait = limiter.count(1, 1, limit, 1000, 0, 1, now);
            if (wait === 0) continue;
            if (wait > 2)
              expect(limiter.count(1, 1, limit, 1000, 0, 1, now + wait - 1)).not.toBe(0);
            expect(limiter.count(1, 1, limit, 1000, 0, 1, now + wait + 0.01)).toBe(0);
            now += wait + 0.01;
          }
        },
      ),
    );
  });

  test("never let more than the limit through in a period, on the average of two", () => {
    const limiter = new Limiter(createLimitMemory(64 * 1024));
    let passed = 0;
    for (let now = START; now < START + 60_000; now += 3) {
      if (limiter.count(9, 9, 50, 1000, 0, 1, now) === 0) passed++;
    }
    expect(passed).toBeLessThanOrEqual(60 * 50 + 50);
    expect(passed).toBeGreaterThan(60 * 50 * 0.9);
  });

  test("only asked for, count nothing and take no room", () => {
    const limiter = new Limiter(createLimitMemory(64 * 1024));
    for (let i = 0; i < 10; i++) expect(limiter.count(3, 3, 1, 1000, 0, 0, START)).toBe(0);
    expect(limiter.used(START)).toBe(0);
    expect(limiter.count(3, 3, 1, 1000, 0, 1, START)).toBe(0);
    expect(limiter.count(3, 3, 1, 1000, 0, 0, START)).toBeGreaterThan(0);
  });

  test("charged afterwards may pass the limit once, and then hold", () => {
    const limiter = new Limiter(createLimitMemory(64 * 1024));
    expect(limiter.charge(4, 4, 1000, 60_000, 5000, 900, START)).toBe(false);
    expect(limiter.count(4, 4, 1000, 60_000, 5000, 0, START)).toBe(0);
    expect(limiter.charge(4, 4, 1000, 60_000, 5000, 4000, START)).toBe(true);
    expect(limiter.count(4, 4, 1000, 60_000, 5000, 0, START + 1000)).toBe(4000);
    expect(limiter.count(4, 4, 1000, 60_000, 5000, 0, START + 5000)).toBe(0);
    limiter.charge(4, 4, 1000, 60_000, 5000, 4000, START + 6000);
    limiter.forget(4, 4, START + 6000);
    expect(limiter.count(4, 4, 1000, 60_000, 5000, 0, START + 6000)).toBe(0);
  });

  test("tell what is left", () => {
    const limiter = new Limiter(createLimitMemory(64 * 1024));
    const now = 1_000_000;
    for (const left of [2, 1, 0]) {
      expect(limiter.count(5, 5, 3, 1000, 0, 1, now)).toBe(0);
      expect(limiter.remaining).toBe(left);
    }
    expect(limiter.count(5, 5, 3, 1000, 0, 1, now)).toBeGreaterThan(0);
    expect(limiter.remaining).toBe(0);
  });
});

describe("token buckets", () => {
  test("are those of a plain model of tokens", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ pass: fc.nat(400), amount: fc.integer({ min: 1, max: 3 }) }), {
          maxLength: 200,
        }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (steps, interval, size) => {
          const limiter = new Limiter(createLimitMemory(64 * 1024));
          let tokens = size;
          let now = START;
          for (const { pass, amount } of steps) {
            now += pass;
            tokens = Math.min(size, tokens + pass / interval);
            const passes = tokens + 1e-9 >= amount;
            if (passes) tokens -= amount;
            const wait = limiter.take(1, 2, interval, interval * size, amount, now);
            expect(wait === 0).toBe(passes);
            if (!passes) expect(wait).toBeCloseTo((amount - tokens) * interval, 3);
            expect(Math.abs(limiter.remaining - tokens)).toBeLessThanOrEqual(1.001);
          }
        },
      ),
    );
  });

  test("of other settings heal at once", () => {
    const limiter = new Limiter(createLimitMemory(64 * 1024));
    limiter.take(1, 1, 60_000, 3_600_000, 60, START);
    expect(limiter.take(1, 1, 10, 100, 1, START)).toBeLessThanOrEqual(10);
  });
});

describe("time", () => {
  test("that stands still or steps back a little neither frees nor holds anyone", () => {
    const limiter = new Limiter(createLimitMemory(64 * 1024));
    // Two threads' readings of one clock: a hair apart, over the edge of a period.
    expect(limiter.count(1, 1, 2, 1000, 0, 1, 2_000_000.2)).toBe(0);
    expect(limiter.count(1, 1, 2, 1000, 0, 1, 1_999_999.9)).toBe(0);
    expect(limiter.count(1, 1, 2, 1000, 0, 1, 2_000_000.3)).toBeGreaterThan(0);
    limiter.charge(2, 2, 1, 1000, 10_000, 5, 2_000_000);
    expect(limiter.count(2, 2, 1, 1000, 10_000, 1, 1_999_999)).toBeGreaterThan(9_000);
  });
});

describe("memory", () => {
  test("is bounded, and a flood of keys does not push out who is about to be stopped", () => {
    const memory = createLimitMemory(BUCKET_BYTES * 512);
    const limiter = new Limiter(memory);
    const hash = new KeyHash(memory.secret);
    const before = memory.buffer.byteLength;
    const loud: [number, number][] = [];
    for (let i = 0; i < 50; i++) {
      hash.begin().text(`loud ${i}`).finish();
      loud.push([hash.lo, hash.hi]);
      for (let n = 0; n < 60; n++) limiter.count(hash.lo, hash.hi, 100, 60_000, 30_000, 1, START);
      if (i < 25) limiter.charge(hash.lo, hash.hi, 100, 60_000, 30_000, 90, START);
    }
    for (let i = 0; i < 1_000_000; i++) {
      hash.begin().word(i).finish();
      limiter.count(hash.lo, hash.hi, 100, 60_000, 30_000, 1, START + i / 100);
    }
    expect(memory.buffer.byteLength).toBe(before);
    expect(limiter.used(START + 10_000)).toBeLessThanOrEqual(limiter.capacity);
    loud.forEach(([lo, hi], i) => {
      const wait = limiter.count(lo, hi, 100, 60_000, 30_000, 0, START + 10_000);
      if (i < 25) expect(wait).toBe(20_000);
      else expect(limiter.remaining).toBe(40);
    });
  });
});
