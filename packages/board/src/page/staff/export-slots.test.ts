import { expect, test } from "bun:test";
import { ExportSlots } from "#page/staff/export-slots.ts";

test("one for each account, two in all, and owners never take both", () => {
  const slots = new ExportSlots();
  const giveBack = slots.take("owner", false);
  expect(() => slots.take("owner", true)).toThrow("under way");
  expect(() => slots.take("another", false)).toThrow("under way");
  const site = slots.take("admin", true);
  expect(() => slots.take("second", true)).toThrow("under way");
  giveBack();
  giveBack();
  const second = slots.take("second", true);
  expect(() => slots.take("owner", false)).toThrow("under way");
  second();
  slots.take("owner", false);
  site();
});
