import { expect, test } from "bun:test";
import { localeOf } from "#locale.ts";

test.each([
  ["fr", "en", "fr"],
  [undefined, "fr-CH, fr;q=0.9, en;q=0.8", "fr"],
  [undefined, "de, en;q=0.3, fr;q=0.7", "fr"],
  [undefined, "fr;q=0, en", "en"],
  [undefined, "de, ja", "fr"],
  [undefined, "*", "fr"],
  [undefined, undefined, "fr"],
  ["xx", "en", "en"],
  [undefined, "fr;q=7, en;q=0.1", "en"],
] as const)("chosen %p, accepted %p: %p", (chosen, accept, expected) => {
  expect(localeOf(chosen, accept, "fr")).toBe(expected);
});
