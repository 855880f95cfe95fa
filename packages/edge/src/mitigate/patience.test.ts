import { expect, test } from "bun:test";
import { Patience } from "#mitigate/patience.ts";

test("one bad tick is none; a search in vain is repeated ever later, unless more comes", () => {
  const patience = new Patience();
  expect(patience.see(true, 100, 0)).toBe(false);
  expect(patience.see(false, 0, 100)).toBe(false);
  expect(patience.see(true, 100, 200)).toBe(false);
  expect(patience.see(true, 100, 300)).toBe(true);
  expect(patience.lasted(300)).toBe(100);
  const searches: number[] = [];
  patience.vain(100, 300);
  for (let now = 400; now < 10_000; now += 100) {
    if (!patience.see(true, 110, now)) continue;
    searches.push(now);
    patience.vain(110, now);
  }
  expect(searches).toEqual([500, 900, 1700, 3300, 6300, 9300]);
  expect(patience.see(true, 200, 10_000)).toBe(true);
});
