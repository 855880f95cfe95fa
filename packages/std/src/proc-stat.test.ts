import { expect, test } from "bun:test";
import { processorMillis } from "#proc-stat.ts";

test("fields are counted from behind the command, whatever it is called", () => {
  const rest = "S 1 2 3 4 5 6 7 8 9 10 250 31 0 0";
  expect(processorMillis(`17 (egide) ${rest}`)).toBe(2810);
  expect(processorMillis(`17 (a) S 9 (b) ${rest}`)).toBe(2810);
});
