import { describe, expect, test } from "bun:test";
import { ExprError } from "#error.ts";
import type { Expression, ValueExpression } from "#expression.ts";
import { type List, scheme } from "#scheme.ts";
import { arrayOf, BOOL, INT, IP, mapOf, sameType, STRING, typeName } from "#type.ts";
import type { MapValue, Missable } from "#value.ts";

const TYPES = [BOOL, INT, STRING, IP, arrayOf(STRING), arrayOf(INT), mapOf(arrayOf(STRING))];

describe("types", () => {
  test("each is the same as itself alone", () => {
    for (const a of TYPES) for (const b of TYPES) expect(sameType(a, b)).toBe(a === b);
  });

  test("are named as the documentation does", () => {
    expect(typeName(mapOf(arrayOf(STRING)))).toBe("Map<Array<String>>");
  });
});

test("a field is declared once", () => {
  const host = { name: "http.host", type: STRING, read: (s: string): Missable => s, about: "." };
  expect(() => scheme([host, host])).toThrow("http.host");
  const none: List = { of: "int", has: () => false };
  expect(scheme([host], new Map([["asns", none]])).list("asns")).toBe(none);
});

test("an error names line and column from one", () => {
  const error = new ExprError("no", "a ==\n  b", 7, 0);
  expect([error.line, error.column, error.length]).toEqual([2, 3, 1]);
});

test("the shape that engines build on", () => {
  const map: MapValue = new Map([["a", ["1"]]]);
  const one: Expression<string> = { text: "", fields: [], lists: [], evaluate: () => true };
  const two: ValueExpression<string> = { ...one, type: BOOL, evaluate: () => map.get("a") };
  expect([one.evaluate(""), two.evaluate("")]).toEqual([true, ["1"]]);
});
