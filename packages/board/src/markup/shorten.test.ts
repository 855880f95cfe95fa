import { expect, test } from "bun:test";
import fc from "fast-check";
import { toHtml } from "#markup/html.ts";
import { parse } from "#markup/parse.ts";
import { shorten } from "#markup/shorten.ts";
import { isBalanced, textOfHtml } from "#markup/testing/shape.ts";

const html = (text: string): string => toHtml(parse(text), { resolve: () => "/b/", dice: [] });

test("short texts stay as they are", () => {
  expect(shorten(html("**a**\nb"), 100, 5)).toEqual({
    html: "<strong>a</strong><br>b",
    isCut: false,
  });
});

test("long ones end in an ellipsis, with everything closed", () => {
  expect(shorten(html("**one two**"), 5, 9)).toEqual({
    html: "<strong>one t…</strong>",
    isCut: true,
  });
  expect(shorten(html("a\nb\nc"), 99, 2)).toEqual({ html: "a<br>b…", isCut: true });
  expect(shorten(html("```\n1\n2\n3\n```"), 99, 2).isCut).toBe(true);
});

test("whatever is cut stays safe, balanced and within bounds", () => {
  const parts = fc.constantFrom(
    "**",
    "''",
    "||",
    "\n",
    "a b",
    "<&>",
    ">>1",
    "`x`",
    "```\ny\n```",
    "😀",
  );
  const texts = fc.array(parts, { maxLength: 40 }).map((all) => all.join(""));
  fc.assert(
    fc.property(
      texts,
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 6 }),
      (text, characters, lines) => {
        const { html: made, isCut } = shorten(html(text), characters, lines);
        expect(isBalanced(made)).toBe(true);
        const left = textOfHtml(made);
        if (!isCut) return;
        expect(left).toEndWith("…");
        expect(left.replaceAll("\n", "").length).toBeLessThanOrEqual(characters + 2);
      },
    ),
    { numRuns: 2000 },
  );
});
