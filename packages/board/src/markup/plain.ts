import { diceText, quoteText } from "#markup/html.ts";
import type { Node } from "#markup/node.ts";

/** What stands for a spoiler where there is no way to uncover it. */
const COVERED = "▮▮▮";

/**
 * The text without its markup, for titles, previews and feeds: spoilers stay covered. No longer
 * than `most` characters, cut at a word.
 */
export function toPlain(nodes: readonly Node[], most: number): string {
  const out: string[] = [];
  let length = 0;
  const write = (node: Node): void => {
    if (length > most) return;
    if ("children" in node && node.kind !== "spoiler") return node.children.forEach(write);
    const text = textOf(node);
    out.push(text);
    length += text.length;
  };
  nodes.forEach(write);
  return cut(
    out
      .join("")
      .replace(/\n{3,}/g, "\n\n")
      .trim(),
    most,
  );
}

function textOf(node: Node): string {
  switch (node.kind) {
    case "break":
      return "\n";
    case "block":
      return `${node.text}\n`;
    case "quote":
      return quoteText(node);
    case "dice":
      return diceText(node, []);
    case "spoiler":
      return COVERED;
    case "text":
    case "code":
    case "link":
      return node.text;
    case "bold":
    case "italic":
    case "strike":
    case "heading":
    case "quotation":
      return "";
  }
}

/** At most `most` characters, an ellipsis among them, and no half of a character. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const part = text.slice(0, most - 1);
  const space = part.lastIndexOf(" ");
  const end = space > most / 2 ? space : part.length;
  return `${part
    .slice(0, end)
    .toWellFormed()
    .replace(/\ufffd$/, "")
    .trimEnd()}…`;
}
