import { expect, test } from "bun:test";
import { Strikes } from "#mitigate/strikes.ts";

const alone = (): boolean => false;

test("who goes on after being stopped is banned, longer each time", () => {
  const strikes = new Strikes();
  expect(strikes.note(new Map([["127.0.0.9", 7]]), 0, alone)).toEqual([]);
  expect(strikes.note(new Map([["127.0.0.9", 1]]), 100, alone)).toEqual([
    { address: "127.0.0.9", seconds: 60 },
  ]);
  expect(strikes.note(new Map([["127.0.0.9", 800]]), 30_000, alone)).toEqual([]);
  expect(strikes.note(new Map([["127.0.0.9", 8]]), 90_000, alone)).toEqual([
    { address: "127.0.0.9", seconds: 120 },
  ]);
});

test("a few stopped requests now and then are no reason", () => {
  const strikes = new Strikes();
  for (let at = 0; at < 600_000; at += 11_000) {
    expect(strikes.note(new Map([["127.0.0.9", 5]]), at, alone)).toEqual([]);
  }
});

test("an address from which people ask is never banned", () => {
  const strikes = new Strikes();
  expect(strikes.note(new Map([["127.0.0.9", 5000]]), 0, () => true)).toEqual([]);
});

test("who heeds is not banned for a newcomer behind the same address, whom nothing shields who floods", () => {
  const strikes = new Strikes();
  for (let at = 0; at < 20_000; at += 100) {
    strikes.heed("127.0.0.9", 2, at);
    expect(strikes.note(new Map([["127.0.0.9", 2]]), at, alone)).toEqual([]);
  }
  strikes.heed("127.0.0.9", 1000, 20_000);
  expect(strikes.note(new Map([["127.0.0.9", 300]]), 20_000, alone)).toHaveLength(1);
});
