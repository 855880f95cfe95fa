import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "@egide/std/error.ts";
import { FakeClock } from "@egide/std/fake-clock.ts";
import { Pace } from "#api/pace.ts";
import { Limits } from "#filter/limits.ts";
import { openStore } from "#store/open.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Two processes on the same records: the second knows what was sent to the first. */
async function paces() {
  const folder = mkdtempSync(join(tmpdir(), "egide-pace-"));
  closing.push(() => rmSync(folder, { recursive: true }));
  const clock = new FakeClock();
  const open = async () => {
    const store = await openStore(`sqlite:${join(folder, "a.db")}`);
    closing.push(() => store.close());
    return new Pace(new Limits(store, clock, new Uint8Array(32)));
  };
  return { clock, pace: await open(), other: await open() };
}

async function taken(run: Promise<void>): Promise<number | null> {
  try {
    await run;
    return 0;
  } catch (error) {
    return error instanceof AppError ? error.retryAfter : null;
  }
}

test("ten reports at once, to whatever process, then one now and then; a neighbour's are their own", async () => {
  const { clock, pace, other } = await paces();
  const one = { sessionHash: "one", prefixHash: "street" };
  const two = { sessionHash: "two", prefixHash: "street" };
  for (let i = 0; i < 10; i++) {
    expect(await taken((i % 2 === 0 ? pace : other).take("report", one))).toBe(0);
  }
  expect(await taken(pace.take("report", one))).toBe(20);
  expect(await taken(other.take("report", one))).toBe(20);
  expect(await taken(pace.take("report", two))).toBe(0);
  clock.advance(21_000);
  expect(await taken(pace.take("report", one))).toBe(0);
});

test("who throws the cookie away is known by the prefix; a threat to life has a lane of its own", async () => {
  const { pace } = await paces();
  let refused = 0;
  for (let i = 0; i < 100; i++) {
    const who = { sessionHash: `fresh ${i}`, prefixHash: "street" };
    if ((await taken(pace.take("report", who))) !== 0) refused++;
  }
  expect(refused).toBe(40);
  const who = { sessionHash: "fresh 0", prefixHash: "street" };
  expect(await taken(pace.take("life-report", who))).toBe(0);
  // Without an address the session alone counts.
  expect(await taken(pace.take("report", { sessionHash: "tor", prefixHash: null }))).toBe(0);
});

test("a few reports hide their posts at once, of one reporter and of a neighbourhood", async () => {
  const { clock, pace, other } = await paces();
  const hidden = async (sessionHash: string, times: number) => {
    let count = 0;
    for (let i = 0; i < times; i++) {
      const who = { sessionHash, prefixHash: "street" };
      if (await (i % 2 === 0 ? pace : other).mayHide(who)) count++;
    }
    return count;
  };
  expect(await hidden("one", 10)).toBe(3);
  expect([await hidden("two", 10), await hidden("three", 10)]).toEqual([3, 0]);
  clock.advance(1_200_001);
  expect(await hidden("one", 10)).toBe(1);
});

test("passwords of posts are not guessed by the hundred", async () => {
  const { pace, other } = await paces();
  const who = { sessionHash: "one", prefixHash: "street" };
  let tries = 0;
  while ((await taken((tries % 2 === 0 ? pace : other).take("delete", who))) === 0) tries++;
  expect(tries).toBe(15);
});

test("searches are counted at one door, and no record is written for them", async () => {
  const { clock, pace, other } = await paces();
  const one = { sessionHash: "one", prefixHash: "street" };
  for (let i = 0; i < 30; i += 1) pace.search(one);
  expect(() => pace.search(one)).toThrow("board.too_fast");
  other.search(one);
  clock.advance(1000);
  pace.search(one);
});
