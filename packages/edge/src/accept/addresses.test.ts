import { expect, test } from "bun:test";
import { AddressCounts } from "#accept/addresses.ts";

test("a network of IPv6 counts as one visitor, in whatever spelling; IPv4 addresses each for itself", () => {
  const counts = new AddressCounts();
  const enter = (address: string, bits = 64) => counts.enter(counts.keyOf(address, bits), 2);
  expect([enter("2001:db8::1"), enter("2001:DB8:0:0:ffff::2"), enter("2001:db8::3")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(enter("2001:db8:0:1::1")).toBe(true);
  expect([enter("192.0.2.1"), enter("::ffff:192.0.2.1"), enter("192.0.2.1")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(enter("192.0.2.2")).toBe(true);
  counts.leave(counts.keyOf("2001:db8::9", 64));
  expect(enter("2001:db8::3")).toBe(true);
});

test("the length of the prefix is a setting", () => {
  const counts = new AddressCounts();
  expect(counts.keyOf("2001:db8:0:1::1", 48)).toBe(counts.keyOf("2001:db8:0:2::1", 48));
  expect(counts.keyOf("2001:db8::1", 128)).not.toBe(counts.keyOf("2001:db8::2", 128));
});
