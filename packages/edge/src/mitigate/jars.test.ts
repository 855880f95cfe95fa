import { expect, test } from "bun:test";
import { Jars } from "#mitigate/jars.ts";

/** A site whose readers all have cookies of their own. */
function site(cookiesOf: (reader: number) => number): Jars {
  const jars = new Jars();
  for (let reader = 1; reader <= 100; reader++) {
    const cookies = cookiesOf(reader);
    if (cookies !== 0) jars.note(cookies, reader, reader);
    jars.learn(cookies);
  }
  return jars;
}

test("cookies that many bring at once are odd where everybody has their own", () => {
  const jars = site((reader) => reader);
  for (let visitor = 0; visitor < 20; visitor++) jars.note(777, visitor, 1000 + visitor);
  expect(jars.isShared(777)).toBe(true);
  expect(jars.isShared(5)).toBe(false);
});

test("two who have the same are nothing by themselves, but are told where nobody else does", () => {
  const jars = site((reader) => reader);
  jars.note(777, 1, 1000);
  expect(jars.isMoved(777)).toBe(false);
  jars.note(777, 2, 1001);
  expect(jars.isMoved(777)).toBe(true);
  expect(jars.isShared(777)).toBe(false);
  expect(site((reader) => reader >> 2).isMoved(3)).toBe(false);
});

test("whether a page gives its cookies out at once is learned, and kept over a restart", () => {
  const jars = site((reader) => reader);
  expect(jars.areGivenAtOnce).toBe(false);
  for (let n = 0; n < 100; n++) jars.learnFile(n > 4);
  expect(jars.areGivenAtOnce).toBe(true);
  const newer = new Jars();
  newer.restore(jars.save());
  expect(newer.areGivenAtOnce).toBe(true);
  for (let n = 0; n < 100; n++) jars.learnFile(false);
  expect(jars.areGivenAtOnce).toBe(false);
});

test("a telephone that changes its network keeps its cookies to itself", () => {
  const jars = site((reader) => reader);
  for (let hop = 0; hop < 20; hop++) jars.note(777, hop, hop * 30_000);
  expect(jars.isShared(777)).toBe(false);
});

test("nothing is odd where the site gives the same to all, or nothing to anybody", () => {
  const same = site(() => 9);
  for (let visitor = 0; visitor < 20; visitor++) same.note(9, visitor, 1000);
  expect(same.isShared(9)).toBe(false);
  expect(site(() => 0).areUsual).toBe(false);
  expect(site((reader) => reader).areUsual).toBe(true);
  expect(new Jars().areUsual).toBe(false);
});
