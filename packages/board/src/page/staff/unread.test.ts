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
    clock.advance(59_000);
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
