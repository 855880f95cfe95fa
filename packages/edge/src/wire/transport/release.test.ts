import { expect, test } from "bun:test";
import { release } from "#wire/transport/release.ts";

test("large buffers of their own are given back, others are let be", () => {
  const large = Buffer.allocUnsafeSlow(65_536);
  release(large);
  expect(large.length).toBe(0);
  const small = Buffer.allocUnsafeSlow(65_535);
  release(small);
  expect(small.length).toBe(65_535);
  const part = Buffer.allocUnsafeSlow(200_000).subarray(0, 100_000);
  release(part);
  expect(part.length).toBe(100_000);
});
