import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { escapeHtml, Template, TemplateError } from "#page-template.ts";

const NAMES = new Set(["a", "b", "c"]);
const parse = (source: string): Template => Template.parse(source, NAMES);

describe("a template", () => {
  test.each([
    ["{{a}}", { a: "<&>" }, "&lt;&amp;&gt;"],
    ["{{ a }}{{! remark }}-", { a: "x" }, "x-"],
    ["{{#a}}yes{{/a}}{{^a}}no{{/a}}", { a: "1" }, "yes"],
    ["{{#a}}yes{{/a}}{{^a}}no{{/a}}", {}, "no"],
    ["{{#a}}{{#b}}{{b}}{{/b}}{{/a}}", { a: "1", b: "2" }, "2"],
    ["a } b { c }}", {}, "a } b { c }}"],
    ['<a href="{{a}}">', { a: '"onclick="x' }, '<a href="&quot;onclick=&quot;x">'],
  ])("%s", (source, values, html) => {
    expect(parse(source).render(values as Record<string, string>)).toBe(html);
  });

  test.each([
    ["one\n  {{nope}}", 2, 3],
    ["{{a", 1, 1],
    ["{{#a}}", 1, 1],
    ["{{/a}}", 1, 1],
    ["{{#a}}{{/b}}", 1, 7],
    ["{{{a}}}", 1, 1],
    ["{{&a}}", 1, 1],
    ["<script>{{a}}</script>", 1, 9],
    ["<style>{{a}}</style>", 1, 8],
    ["<a href={{a}}>", 1, 9],
    ["<a {{a}}>", 1, 4],
    ['<a onclick="{{a}}">', 1, 13],
    ["<a style='{{a}}'>", 1, 11],
  ])("refuses %j and says where", (source, line, column) => {
    let error: unknown;
    try {
      parse(source);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TemplateError);
    expect(error).toMatchObject({ line, column });
  });

  const source = fc
    .array(
      fc.constantFrom("{{a}}", "{{#b}}x{{c}}{{/b}}", "{{^c}}y{{a}}{{/c}}", "plain <b>", "{{!}}"),
    )
    .map((parts) => parts.join(""));
  const values = fc.record({ a: fc.string(), b: fc.string(), c: fc.string() });

  test("specialised first or rendered at once: the same page", () => {
    fc.assert(
      fc.property(source, values, (text, all) => {
        const { a, ...rest } = all;
        const whole = parse(text).render(all);
        expect(parse(text).specialise({ a }).render(rest)).toBe(whole);
        expect(parse(text).specialise(rest).render({ a })).toBe(whole);
      }),
    );
  });

  test("no value can open a tag, an entity or close a quote", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const out = escapeHtml(text);
        expect(out).not.toMatch(/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/);
      }),
    );
  });
});
