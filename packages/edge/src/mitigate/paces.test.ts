import { expect, test } from "bun:test";
import { Paces } from "#mitigate/paces.ts";

function site(gap: number): Paces {
  const paces = new Paces();
  for (let n = 0; n < 100; n++) paces.learn(gap);
  return paces;
}

const crowd = (count: number, turned: number, ms: number) =>
  Array.from({ length: count }, (_, n) => ({ n, turned, ms }));

test("a crowd that turns a page a second does not read where others take five", () => {
  expect(site(5000).hasty(crowd(100, 3, 3000), 0)).toHaveLength(100);
  expect(site(5000).hasty(crowd(100, 1, 3000), 0)).toEqual([]);
});

test("nobody is hasty where readers are as fast, or before anything is known of them", () => {
  expect(site(900).hasty(crowd(100, 3, 3000), 0)).toEqual([]);
  expect(new Paces().hasty(crowd(100, 30, 3000), 0)).toEqual([]);
});

test("a few who look through pages are no crowd, and in a crowd those who read are not meant", () => {
  expect(site(5000).hasty(crowd(5, 3, 3000), 0)).toEqual([]);
  const mixed = [...crowd(100, 4, 3000), ...crowd(20, 0, 3000)];
  expect(site(5000).hasty(mixed, 0)).toHaveLength(100);
});

test("once such a crowd was found, stragglers are of it for a while", () => {
  const paces = site(5000);
  const few = crowd(5, 6, 6000);
  expect(paces.hasty(few, 0)).toEqual([]);
  expect(paces.hasty(crowd(100, 3, 3000), 1000)).toHaveLength(100);
  expect(paces.hasty([...few, ...crowd(30, 1, 6000)], 3000)).toHaveLength(5);
  expect(paces.hasty(few, 60_000)).toEqual([]);
});

test("a reader who went away says nothing of the pace", () => {
  const paces = site(5000);
  paces.learn(3_600_000);
  expect(paces.save().gap).toBeLessThan(6000);
  const newer = new Paces();
  newer.restore(paces.save());
  expect(newer.save()).toEqual(paces.save());
});
