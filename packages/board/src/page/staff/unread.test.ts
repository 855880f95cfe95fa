import { expect, test } from "bun:test";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { bodyOf } from "#page/staff/unread.ts";

/** A body of so many pieces, and what became of what it is made from. */
function stand(count: number, fails = false) {
  const clock = new FakeClock();
  const seen = { made: 0, closed: 0, done: 0 };
  async function* pieces() {
    try {
      for (; seen.made < count; seen.made += 1) {
        yield new Uint8Array(0);
        yield new Uint8Array([seen.made]);
      }
      if (fails) throw new Error("the database is away");
    } finally {
      seen.closed += 1;
    }
  }
  const body = bodyOf(pieces(), clock, () => {
    seen.done += 1;
  });
  return { clock, seen, reader: body.getReader() };
}

/** Until nothing moves any more without a reader or the clock. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("what is read to its end is whole", async () => {
  const { seen, reader, clock } = stand(3);
  const got: number[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    got.push(...value);
    clock.advance(19_000);
  }
  expect(got).toEqual([0, 1, 2]);
  expect(seen).toEqual({ made: 3, closed: 1, done: 1 });
  expect(clock.pending).toBe(0);
});

test("what nobody reads is let go after a minute", async () => {
  const { seen, reader, clock } = stand(3);
  await turn();
  clock.advance(59_999);
  await turn();
  expect(seen).toEqual({ made: 0, closed: 0, done: 0 });
  clock.advance(1);
  await turn();
  expect(seen).toEqual({ made: 0, closed: 1, done: 1 });
  expect(await reader.read().catch(String)).toContain("nobody reads");
});

/** A body of one file of 4 MB. */
function large() {
  const clock = new FakeClock();
  const seen = { done: 0 };
  async function* file() {
    yield new Uint8Array(4 * 1024 * 1024).fill(7);
  }
  const body = bodyOf(file(), clock, () => {
    seen.done += 1;
  });
  return { clock, seen, reader: body.getReader() };
}

/** Reads it, each slice so long after the one before; answers what came. */
async function readEvery(ms: number) {
  const { clock, seen, reader } = large();
  let bytes = 0;
  let largest = 0;
  let error = "";
  for (;;) {
    const next = await reader.read().catch(String);
    if (typeof next === "string") error = next;
    if (typeof next === "string" || next.done) break;
    bytes += next.value.length;
    largest = Math.max(largest, next.value.length);
    await turn();
    clock.advance(ms);
    await turn();
  }
  return { bytes, largest, error, done: seen.done, pending: clock.pending };
}

test("a large file over a line of 20 KB a second is whole, in small slices", async () => {
  const got = await readEvery(3276);
  expect(got).toMatchObject({ bytes: 4 * 1024 * 1024, error: "", done: 1, pending: 0 });
  expect(got.largest).toBe(64 * 1024);
});

test("who reads just enough to be there is let go", async () => {
  const { bytes, error, done, pending } = await readEvery(50_000);
  expect(bytes).toBeLessThan(256 * 1024);
  expect(error).toContain("nobody reads");
  expect([done, pending]).toEqual([1, 0]);
});

test("what was read fast buys no time to stop in", async () => {
  const { seen, reader, clock } = large();
  for (let slice = 0; slice < 60; slice += 1) await reader.read();
  await turn();
  clock.advance(59_999);
  await turn();
  expect(seen.done).toBe(0);
  clock.advance(1);
  await turn();
  expect(seen.done).toBe(1);
});

test("what fails or is given up is let go at once, and once", async () => {
  const failing = stand(0, true);
  expect(await failing.reader.read().catch(String)).toContain("away");
  expect(failing.seen).toMatchObject({ closed: 1, done: 1 });
  const left = stand(3);
  await left.reader.read();
  await left.reader.cancel();
  left.clock.advance(120_000);
  await turn();
  expect(left.seen).toMatchObject({ closed: 1, done: 1 });
});
