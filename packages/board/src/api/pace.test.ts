import { expect, test } from "bun:test";
import { AppError } from "@egide/std/error.ts";
import { Pace } from "#api/pace.ts";

const taken = (run: () => void): number | null => {
  try {
    run();
    return 0;
  } catch (error) {
    return error instanceof AppError ? error.retryAfter : null;
  }
};

test("ten reports at once, then one now and then; a neighbour's are their own", () => {
  const pace = new Pace(new Uint8Array(32));
  const one = { sessionHash: "one", prefixHash: "street" };
  const two = { sessionHash: "two", prefixHash: "street" };
  for (let i = 0; i < 10; i++) expect(taken(() => pace.take("report", one, i))).toBe(0);
  expect(taken(() => pace.take("report", one, 10))).toBe(20);
  expect(taken(() => pace.take("report", two, 10))).toBe(0);
  expect(taken(() => pace.take("report", one, 21_000))).toBe(0);
});

test("who throws the cookie away is known by the prefix; a threat to life has a lane of its own", () => {
  const pace = new Pace(new Uint8Array(32));
  let refused = 0;
  for (let i = 0; i < 100; i++) {
    const who = { sessionHash: `fresh ${i}`, prefixHash: "street" };
    if (taken(() => pace.take("report", who, 0)) !== 0) refused++;
  }
  expect(refused).toBe(40);
  const who = { sessionHash: "fresh 0", prefixHash: "street" };
  expect(taken(() => pace.take("life-report", who, 0))).toBe(0);
  // Without an address the session alone counts.
  expect(taken(() => pace.take("report", { sessionHash: "tor", prefixHash: null }, 0))).toBe(0);
});

test("passwords of posts are not guessed by the hundred", () => {
  const pace = new Pace(new Uint8Array(32));
  const who = { sessionHash: "one", prefixHash: "street" };
  let tries = 0;
  while (taken(() => pace.take("delete", who, 0)) === 0) tries++;
  expect(tries).toBe(15);
});
