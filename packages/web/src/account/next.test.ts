import { expect, test } from "bun:test";
import fc from "fast-check";
import { nextPath } from "#account/next.ts";

test.each([
  ["/staff/queue?board=b", "/staff/queue?board=b"],
  ["/", "/"],
  ["//elsewhere.example", "/account"],
  ["/\\elsewhere.example", "/account"],
  ["/\t/elsewhere.example", "/account"],
  ["https://elsewhere.example/", "/account"],
  ["javascript:alert(1)", "/account"],
  ["", "/account"],
  [undefined, "/account"],
])("%p leads to %p", (given, expected) => {
  expect(nextPath(given, "/account")).toBe(expected);
});

test("nothing leads to another site", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const path = nextPath(`/${text}`, "/account");
      expect(new URL(path, "https://board.example").origin).toBe("https://board.example");
    }),
  );
});
