import { expect, test } from "bun:test";
import fc from "fast-check";
import { boundaryOf } from "#multipart.ts";

const FORM = "multipart/form-data";

test("boundaries that programs send are read", () => {
  for (const [written, read] of [
    ["boundary=----WebKitFormBoundary7MA4YWxk", "----WebKitFormBoundary7MA4YWxk"],
    ['boundary="a/b c"', null],
    ['boundary="simple boundary"', null],
    ['boundary="a/b"', "a/b"],
    ["charset=utf-8;boundary=x", "x"],
    ["xboundary=a; boundary=zz", "zz"],
    ["boundary=", null],
    [`boundary=${"x".repeat(71)}`, null],
    ["boundary=application/x-www-form-urlencoded", null],
    ['boundary="a;x=urlencoded"', null],
    ["boundary=xURLENCODEDx", null],
  ] as const) {
    expect([written, boundaryOf(`${FORM}; ${written}`)]).toEqual([written, read]);
  }
  expect(boundaryOf(FORM)).toBeNull();
});

test("what a header of ours is made of can't end it, nor name the other kind of form", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (rest) => {
      const boundary = boundaryOf(`${FORM}; boundary=${rest}`);
      if (boundary === null) return;
      expect(boundary).toMatch(/^[\w'()+./:=?-]{1,70}$/);
      expect(boundary.toLowerCase()).not.toContain("urlencoded");
    }),
  );
});
