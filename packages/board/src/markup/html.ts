import type { DiceNode, Mark, Node, QuoteNode } from "#markup/node.ts";

/** What a text needs to know of the world to become HTML. */
export interface HtmlContext {
  /** Address of what is referred to, or null where there is no such post or board. */
  readonly resolve: (quote: QuoteNode) => string | null;
  /** What each die showed, for the dice of the text in their order. */
  readonly dice: readonly (readonly number[])[];
}

/*
 * Elements and classes are those of 4chan's JSON (`com`), which clients know how to read: `quote`,
 * `quotelink`, `deadlink`, `prettyprint`, and `s` for spoilers.
 */
const ELEMENTS: Readonly<Record<Mark, readonly [open: string, close: string]>> = {
  bold: ["<strong>", "</strong>"],
  italic: ["<em>", "</em>"],
  strike: ["<del>", "</del>"],
  spoiler: [`<s tabindex="0">`, "</s>"],
  heading: [`<span class="heading">`, "</span>"],
  quotation: [`<span class="quote">`, "</span>"],
};

/** Safe HTML of a text: only the elements named here, and every character of the writer's escaped. */
export function toHtml(nodes: readonly Node[], context: HtmlContext): string {
  const dice = [...context.dice];
  const write = (node: Node): string => {
    switch (node.kind) {
      case "text":
        return escapeHtml(node.text);
      case "break":
        return "<br>";
      case "code":
        return `<code>${escapeHtml(node.text)}</code>`;
      case "block":
        return blockHtml(node.language, node.text);
      case "link":
        return `<a href="${escapeHtml(node.url)}" rel="nofollow noopener ugc">${escapeHtml(node.text)}</a>`;
      case "quote":
        return quoteHtml(node, context.resolve(node));
      case "dice":
        return diceHtml(node, dice.shift() ?? []);
      case "bold":
      case "italic":
      case "strike":
      case "spoiler":
      case "heading":
      case "quotation":
        return ELEMENTS[node.kind][0] + node.children.map(write).join("") + ELEMENTS[node.kind][1];
    }
  };
  return nodes.map(write).join("");
}

function blockHtml(language: string, text: string): string {
  const attribute = language === "" ? "" : ` data-language="${escapeHtml(language)}"`;
  return `<pre class="prettyprint"${attribute} tabindex="0">${escapeHtml(text)}</pre>`;
}

function quoteHtml(quote: QuoteNode, href: string | null): string {
  const text = escapeHtml(quoteText(quote));
  if (href === null) return `<span class="deadlink">${text}</span>`;
  return `<a href="${escapeHtml(href)}" class="quotelink">${text}</a>`;
}

export function quoteText({ board, no }: QuoteNode): string {
  return board === null ? `>>${no ?? ""}` : `>>>/${board}/${no ?? ""}`;
}

function diceHtml(node: DiceNode, shown: readonly number[]): string {
  return `<span class="dice">${escapeHtml(diceText(node, shown))}</span>`;
}

/** `##2d6+1`, and where it was rolled `= 3 + 4 + 1 = 8`. */
export function diceText({ count, sides, add }: DiceNode, shown: readonly number[]): string {
  const sign = add < 0 ? "-" : "+";
  const plus = add === 0 ? "" : `${sign}${Math.abs(add)}`;
  const written = `##${count}d${sides}${plus}`;
  if (shown.length !== count) return written;
  const sum = shown.reduce((total, value) => total + value, add);
  const parts = shown.join(" + ") + (add === 0 ? "" : ` ${sign} ${Math.abs(add)}`);
  return count === 1 && add === 0 ? `${written} = ${sum}` : `${written} = ${parts} = ${sum}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#039;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] as string);
}
