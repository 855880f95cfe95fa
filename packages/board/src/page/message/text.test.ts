import { expect, test } from "bun:test";
import { IntlMessageFormat } from "intl-messageformat";
import { EN, FR, type MessageKey } from "#page/message/catalogue.ts";
import { translate } from "#page/message/text.ts";

const KEYS = Object.keys(EN) as MessageKey[];

/** Names of the arguments that a message takes, also inside plurals. */
function argumentsOf(text: string): string[] {
  const names = new Set<string>();
  const walk = (elements: ReturnType<IntlMessageFormat["getAst"]>): void => {
    for (const element of elements) {
      if ("value" in element && (element.type as number) !== 0) names.add(element.value);
      if ("options" in element) {
        for (const option of Object.values(element.options)) walk(option.value);
      }
    }
  };
  walk(new IntlMessageFormat(text, "en", undefined, { ignoreTag: true }).getAst());
  return [...names].filter((name) => name !== "undefined").sort();
}

test.each(KEYS)("%s takes the same arguments in both languages", (key) => {
  expect(argumentsOf(FR[key])).toEqual(argumentsOf(EN[key]));
  expect(FR[key].trim()).not.toBe("");
});

test.each(KEYS)("%s says what the formatter would, and misses what is not given", (key) => {
  const names = argumentsOf(EN[key]);
  for (const [locale, text] of [
    ["en", EN[key]],
    ["fr", FR[key]],
  ] as const) {
    const formatter = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true });
    for (const value of [1, 2000]) {
      const values = Object.fromEntries(names.map((name) => [name, value]));
      expect(translate(locale)(key, values)).toBe(String(formatter.format(values)));
    }
    if (names.length > 0) expect(() => translate(locale)(key, {})).toThrow();
  }
});

test("plurals follow the language's own rule", () => {
  const [en, fr] = [translate("en"), translate("fr")];
  expect(en("thread.unread", { count: 0 })).toBe("0 new replies");
  expect(fr("thread.unread", { count: 0 })).toBe("0 nouvelle réponse");
  expect(fr("thread.unread", { count: 2 })).toBe("2 nouvelles réponses");
  expect(en("thread.omitted", { posts: 3, files: 0 })).toBe("3 replies not shown.");
});

test("French signs stand after a no-break space", () => {
  expect(translate("fr")("search.none", { query: "a" })).toBe(
    "Aucun résultat pour «\u00a0a\u00a0».",
  );
  for (const key of KEYS) expect(FR[key]).not.toMatch(/ [;:!?»%]|« |n[º°] /);
});
