import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { escapeHtml, toHtml } from "#markup/html.ts";
import { diceOf, linksOf, type Node, quotesOf } from "#markup/node.ts";
import { parse } from "#markup/parse.ts";
import { toPlain } from "#markup/plain.ts";
import { roll } from "#markup/roll.ts";
import { HOSTILE } from "#markup/testing/hostile.ts";
import { isBalanced, textOfHtml } from "#markup/testing/shape.ts";

/** Post 1 of /b/ and the board /b/ exist, nothing else. */
const resolve = ({ board, no }: { board: string | null; no: number | null }): string | null => {
  if (board !== null && board !== "b") return null;
  if (no === null) return "/b/";
  return no === 1 ? "/b/thread/1#p1" : null;
};
const html = (text: string): string => toHtml(parse(text), { resolve, dice: [] });
const link = (href: string, text: string = href): string =>
  `<a href="${escapeHtml(href)}" rel="nofollow noopener ugc">${escapeHtml(text)}</a>`;
const quote = (text: string): string => `<span class="quote">${text}</span>`;
const S = '<s tabindex="0">';
const PRE = '<pre class="prettyprint" tabindex="0">';

describe("markup", () => {
  test.each([
    ["plain", "plain"],
    ["a\nb", "a<br>b"],
    ["a\r\nb\rc", "a<br>b<br>c"],
    [">be me", quote("&gt;be me")],
    ["> a\nb", `${quote("&gt; a")}<br>b`],
    ["a > b", "a &gt; b"],
    [">>1", '<a href="/b/thread/1#p1" class="quotelink">&gt;&gt;1</a>'],
    [">>2", '<span class="deadlink">&gt;&gt;2</span>'],
    [">>1 yes", '<a href="/b/thread/1#p1" class="quotelink">&gt;&gt;1</a> yes'],
    [">>>/b/1", '<a href="/b/thread/1#p1" class="quotelink">&gt;&gt;&gt;/b/1</a>'],
    [">>>/b/", '<a href="/b/" class="quotelink">&gt;&gt;&gt;/b/</a>'],
    [">>>/x/", '<span class="deadlink">&gt;&gt;&gt;/x/</span>'],
    [">>1234567890123", quote("&gt;&gt;1234567890123")],
    [">>x", quote("&gt;&gt;x")],
    [">a >>1 b", quote('&gt;a <a href="/b/thread/1#p1" class="quotelink">&gt;&gt;1</a> b')],
    ["**a**", "<strong>a</strong>"],
    ["'''a'''", "<strong>a</strong>"],
    ["''a''", "<em>a</em>"],
    ["~~a~~", "<del>a</del>"],
    ["||a||", `${S}a</s>`],
    ["**a ''b'' c**", "<strong>a <em>b</em> c</strong>"],
    ["**a ''b** c''", "<strong>a &#039;&#039;b</strong> c&#039;&#039;"],
    ["**a", "**a"],
    ["****", "****"],
    ["**a\nb**", "**a<br>b**"],
    ["[spoiler]a\n>b[/spoiler]c", `${S}a<br>${quote("&gt;b")}</s>c`],
    ["[spoiler]a", "[spoiler]a"],
    ["[/spoiler]", "[/spoiler]"],
    ["[spoiler]a||b||[/spoiler]", `${S}a${S}b</s></s>`],
    ["==a==", '<span class="heading">a</span>'],
    ["==**a**==\nb", '<span class="heading"><strong>a</strong></span><br>b'],
    ["a ==b==", "a ==b=="],
    ["====", "===="],
    ["`<b>**`", "<code>&lt;b&gt;**</code>"],
    ["`a", "`a"],
    ["`a\nb`", "`a<br>b`"],
    ["```\n**a**\n >b\n```", `${PRE}**a**\n &gt;b</pre>`],
    ["```ts\nx\n```\ny", '<pre class="prettyprint" data-language="ts" tabindex="0">x</pre>y'],
    ["a ```b``` c", `a ${PRE}b</pre> c`],
    ["[code]\n[b][/code]", `${PRE}[b]</pre>`],
    ["```a", "```a"],
    ["http://a.test", link("http://a.test/", "http://a.test")],
    ["(https://a.test/b_(c)).", `(${link("https://a.test/b_(c)")}).`],
    ["**https://a.test/x**", `<strong>${link("https://a.test/x")}</strong>`],
    ["https://a.test/?a=1&b=2", link("https://a.test/?a=1&b=2")],
    ["xhttp://a.test", "xhttp://a.test"],
    ["http://", "http://"],
    ["https://bank.test@evil.test/", "https://bank.test@evil.test/"],
    ["##2d6", '<span class="dice">##2d6</span>'],
    ["##0d6 ##2d6x", "##0d6 ##2d6x"],
    ["a\u202eb\0c", "abc"],
  ])("%j", (text, expected) => {
    expect(html(text)).toBe(expected);
  });

  test("says what it refers to, links to and rolls", () => {
    const nodes = parse(
      ">>1 >>1 [spoiler]>>>/b/2 >>>/c/[/spoiler] ##2d6+1 **##1d20** https://a.test",
    );
    expect(quotesOf(nodes)).toEqual([
      { kind: "quote", board: null, no: 1 },
      { kind: "quote", board: "b", no: 2 },
      { kind: "quote", board: "c", no: null },
    ]);
    expect(linksOf(nodes)).toEqual(["https://a.test/"]);
    let last = 0;
    const dice = roll(diceOf(nodes), (sides) => Math.min(sides, ++last));
    expect(dice).toEqual([[1, 2], [3]]);
    const text = toHtml(nodes, { resolve, dice });
    expect(text).toContain("##2d6+1 = 1 + 2 + 1 = 4");
    expect(text).toContain('<strong><span class="dice">##1d20 = 3</span>');
  });

  test("in plain text spoilers stay covered and long ones end at a word", () => {
    expect(toPlain(parse("**a** ||secret|| `b`\n\n\n\n>>1"), 100)).toBe("a ▮▮▮ b\n\n>>1");
    expect(toPlain(parse("one two three four"), 12)).toBe("one two…");
    expect(toPlain(parse("😀😀😀"), 4)).toBe("😀…");
  });
});

describe("hostile texts", () => {
  test("are at least a hundred, each of its own", () => {
    expect(new Set(HOSTILE).size).toBe(HOSTILE.length);
    expect(HOSTILE.length).toBeGreaterThanOrEqual(120);
  });
  test.each(HOSTILE)("%j is inert", (text) => {
    textOfHtml(html(text));
    expect(isBalanced(html(text))).toBe(true);
  });
});

const PIECES = [
  ..."'*~|[]`>#=<&\"\n hd/1".split(""),
  "'''",
  "''",
  "**",
  "~~",
  "||",
  "==",
  "```",
  "[spoiler]",
  "[/spoiler]",
  "[code]",
  "[/code]",
  ">>1",
  ">>>/b/",
  "http://a.test/",
  "##2d6",
  "<script>",
  "a",
  "é",
  "😀",
];
const texts = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 200 }),
);

describe("any text", () => {
  test("becomes safe, balanced HTML that says all that was written", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const made = html(text);
        expect(isBalanced(made)).toBe(true);
        const left = textOfHtml(made);
        // Only signs of markup may be gone: letters and digits stand where they stood.
        const letters = (of: string): string => of.replace(/[^\p{L}\p{N}]/gu, "");
        const unmarked = text.toWellFormed().replace(/\[\/?(?:spoiler|code)\]/g, "");
        const plain = left.replace(/\[\/?(?:spoiler|code)\]/g, "");
        // The first line of a block may name its language, which is not shown.
        const hasBlock = text.includes("```") || text.includes("[code]");
        if (!hasBlock) expect(letters(plain)).toBe(letters(unmarked));
      }),
      { numRuns: 5000 },
    );
  });

  test("is never nested deeper than eight marks", () => {
    const depth = (nodes: readonly Node[]): number =>
      Math.max(0, ...nodes.map((node) => ("children" in node ? 1 + depth(node.children) : 0)));
    fc.assert(
      fc.property(texts, (text) => expect(depth(parse(text))).toBeLessThanOrEqual(8)),
      { numRuns: 2000 },
    );
    expect(depth(parse("**||~~''[spoiler]'''==".repeat(1000)))).toBeLessThanOrEqual(8);
  });

  test("takes time in proportion to its length", () => {
    const patterns = [
      ...PIECES,
      "**a",
      "**''~~||",
      "[spoiler]**",
      "```a```",
      "``",
      "`a\n",
      ">\n",
      "==a==\n",
      "http://a.test/(",
      "https://",
      ">>1 ",
      "##1d6 ",
      "[code]a",
      "**a\n",
      "[spoiler]\n**",
    ];
    for (const pattern of patterns) {
      const text = pattern.repeat(800_000 / pattern.length);
      const began = performance.now();
      html(text);
      // Some 50 ms on a quiet machine; a reader that goes back over the text would need many minutes.
      expect(`${pattern} ${performance.now() - began < 30_000}`).toBe(`${pattern} true`);
    }
  }, 300_000);
});
