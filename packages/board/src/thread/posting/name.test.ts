import { expect, test } from "bun:test";
import { lineOf, plainTrip, readName } from "#thread/posting/name.ts";

const secret = new Uint8Array(32).fill(3);

test("plain tripcodes are those of every other imageboard", () => {
  // Words whose tripcodes are widely known.
  expect(plainTrip("tea")).toBe("WokonZwxw2");
  expect(plainTrip("tripcode")).toBe("3GqYIJ3Obs");
  expect(plainTrip("a")).toBe("ZnBI2EKkq.");
});

test("a name is taken apart at its first sign", () => {
  expect(readName(" Ada ", secret, true)).toEqual({ name: "Ada", trip: null });
  expect(readName("Ada#tea", secret, true)).toEqual({ name: "Ada", trip: "!WokonZwxw2" });
  expect(readName("#tea", secret, true)).toEqual({ name: "", trip: "!WokonZwxw2" });
  expect(readName("Ada#", secret, true)).toEqual({ name: "Ada", trip: null });
  expect(readName("Ada##", secret, true)).toEqual({ name: "Ada", trip: null });
  expect(readName("Ada##tea", secret, false)).toEqual({ name: "Ada", trip: null });
});

test("marks upon marks cover no other line", () => {
  const zalgo = `e${"\u0301".repeat(200)}`;
  expect(lineOf(`${zalgo} x`)).toBe(`e${"\u0301".repeat(4)} x`);
  expect(lineOf("שָׁלוֹם नमस्ते")).toBe("שָׁלוֹם नमस्ते");
});

test("secure tripcodes hold on one instance alone, and win over plain ones", () => {
  const here = readName("Ada##tea", secret, true).trip;
  expect(here).toMatch(/^!![\w-]{10}$/);
  expect(readName("Ada##tea", new Uint8Array(32), true).trip).not.toBe(here);
  expect(readName("Ada#x##tea", secret, true).trip).toBe(here);
  expect(readName("Ada#x#tea", secret, true).trip).toBe(here);
});
