import { expect, test } from "bun:test";
import { Remember } from "#remember.ts";

test("remembers, but never more than its bound and nothing long", () => {
  const memory = new Remember<number>();
  memory.set("a", 1);
  expect(memory.get("a")).toBe(1);
  const long = "x".repeat(257);
  memory.set(long, 1);
  expect(memory.get(long)).toBeUndefined();
  for (let i = 0; i < 600; i++) memory.set(`k${i}`, i);
  expect(memory.get("a")).toBeUndefined();
  expect(memory.get("k599")).toBe(599);
});
