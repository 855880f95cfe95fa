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
  expect(jars.isOdd(777, false)).toBe(true);
  expect(jars.isOdd(5, false)).toBe(false);
});

test("a telephone that changes its network keeps its cookies to itself", () => {
  const jars = site((reader) => reader);
  for (let hop = 0; hop < 20; hop++) jars.note(777, hop, hop * 30_000);
  expect(jars.isOdd(777, false)).toBe(false);
});

test("nothing is odd where the site gives the same to all, or nothing to anybody", () => {
  const same = site(() => 9);
  for (let visitor = 0; visitor < 20; visitor++) same.note(9, visitor, 1000);
  expect(same.isOdd(9, false)).toBe(false);
  expect(site(() => 0).isOdd(0, true)).toBe(false);
  expect(site((reader) => reader).isOdd(0, true)).toBe(true);
  expect(new Jars().isOdd(0, true)).toBe(false);
});
