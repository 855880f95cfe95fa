import { expect, test } from "bun:test";
import { operators } from "@egide/waf/operator/registry.ts";
import { transforms } from "@egide/waf/transform/registry.ts";
import { operatorWords } from "#rules/words/operators.ts";
import { transformWords } from "#rules/words/transforms.ts";

test("every operator and every transformation of the engine has its words", () => {
  expect(Object.keys(operatorWords).sort()).toEqual(Object.keys(operators).sort());
  expect(Object.keys(transformWords).sort()).toEqual(Object.keys(transforms).sort());
});

test("operators are told with their argument, and negated", () => {
  expect(operatorWords["ge"]?.is("5")).toBe("it is at least 5");
  expect(operatorWords["ge"]?.isNot("5")).toBe("it is less than 5");
  const many = Array.from({ length: 30 }, (_, i) => `w${i}`).join(" ");
  expect(operatorWords["pm"]?.is(many)).toContain("w19 … (30 in all)");
  expect(operatorWords["rx"]?.is("x".repeat(1000))).toContain("(1000 characters)");
});
