import { expect, test } from "bun:test";
import fc from "fast-check";
import { Signer } from "#signed.ts";

const signer = new Signer(new Uint8Array(32).fill(7));

test("what was sealed opens for its purpose, and for no other", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (purpose, other, value) => {
      const sealed = signer.seal(purpose, value);
      expect(signer.open(purpose, sealed)).toBe(value);
      if (other !== purpose) expect(signer.open(other, sealed)).toBeNull();
    }),
  );
});

test("a changed value, a cut signature and another key's do not open", () => {
  const sealed = signer.seal("visitor", "abc");
  expect(signer.open("visitor", sealed.replace("abc", "abd"))).toBeNull();
  expect(signer.open("visitor", sealed.slice(0, -2))).toBeNull();
  expect(signer.open("visitor", "abc")).toBeNull();
  expect(signer.open("visitor", "")).toBeNull();
  expect(new Signer(new Uint8Array(32).fill(8)).open("visitor", sealed)).toBeNull();
});

test("a purpose and a value can't be shifted into each other", () => {
  expect(signer.of("a", "bc")).not.toBe(signer.of("ab", "c"));
});

test("a short key is refused", () => {
  expect(() => new Signer(new Uint8Array(31))).toThrow("32 bytes");
});
