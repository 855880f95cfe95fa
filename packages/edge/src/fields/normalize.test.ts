import { expect, test } from "bun:test";
import fc from "fast-check";
import { normalPath } from "#fields/normalize.ts";

test.each([
  ["/admin", "/admin"],
  ["/%61dmin", "/admin"],
  ["//admin", "/admin"],
  ["/\\admin", "/admin"],
  ["/a/../admin", "/admin"],
  ["/a/%2e%2E/admin", "/admin"],
  ["/./admin/.", "/admin/"],
  ["/a/b/..", "/a/"],
  ["/../..", "/"],
  ["/a%2fb%e9", "/a%2Fb%E9"],
  ["/100%", "/100%"],
  ["/%zz", "/%zz"],
  ["/...", "/..."],
  ["/.well-known/x", "/.well-known/x"],
  ["*", "*"],
])("%s is %s", (path, normal) => {
  expect(normalPath(path)).toBe(normal);
});

test("what is normal stays as it is", () => {
  const piece = fc.constantFrom("/", "a", ".", "..", "%2e", "%2F", "%c3", "\\", "%", "b");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const once = normalPath(`/${pieces.join("")}`);
      // Undoing one escape may complete another: that is a new path, not another spelling.
      fc.pre(!/%(?:[0-9a-f]{2}|2E)/.test(once));
      expect(normalPath(once)).toBe(once);
      expect(once).not.toMatch(/\/\/|\\|\/\.\.?(?:\/|$)/);
    }),
    { numRuns: 2000 },
  );
});
