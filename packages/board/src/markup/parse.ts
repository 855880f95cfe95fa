import type { Mark, Node } from "#markup/node.ts";
import { readDice, readLink, readQuote } from "#markup/token.ts";
import { HEADING, QUOTATION, SPOILER, Tree } from "#markup/tree.ts";

/*
 * The markup of the board, as imageboards know it:
 *   >quotation at the start of a line     >>12  >>>/b/12  >>>/b/
 *   **bold** '''bold'''  ''italics''  ~~strike~~  ||spoiler|| [spoiler]…[/spoiler]
 *   ==heading== alone on its line         `code`  ```block```  [code]block[/code]
 *   ##2d6+1 dice                          http:// and https:// addresses
 * One pass over the text; nothing is read twice.
 */

/** Signs that open and close the same mark. */
const PAIRS: readonly (readonly [written: string, kind: Mark])[] = [
  ["'''", "bold"],
  ["''", "italic"],
  ["**", "bold"],
  ["~~", "strike"],
  ["||", "spoiler"],
];

const FENCES: readonly (readonly [open: string, close: string])[] = [
  ["```", "```"],
  ["[code]", "[/code]"],
];

export function parse(written: string): readonly Node[] {
  const text = normalise(written);
  const tree = new Tree();
  /** Fences that nothing closes from here on: looked for once, not at each place. */
  const hopeless = new Set<string>();
  let at = 0;
  let end = -1;
  while (at < text.length) {
    const block = readBlock(text, at, hopeless);
    if (block !== null) {
      tree.add(block.node);
      // The block ends its line by itself.
      at = text[block.end] === "\n" ? block.end + 1 : block.end;
      if (at > block.end) tree.endLine();
      continue;
    }
    if (end < at) end = endOfLine(text, at);
    at = readLine(text, at, end, tree, hopeless);
    if (at < end) continue;
    tree.endLine();
    if (end < text.length) tree.add({ kind: "break" });
    at = end + 1;
  }
  tree.endLine();
  tree.end();
  return tree.nodes;
}

/**
 * Line ends as LF; no controls, nothing that turns the direction of what stands around (U+202D,
 * U+202E), no more marks on a letter than any language writes, no half of a character.
 */
function normalise(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/\t/g, "    ")
    .replace(/[^\P{Cc}\n]|[\u202d\u202e\ufffe\uffff]/gu, "")
    .replace(/(\p{M}{8})\p{M}+/gu, "$1")
    .toWellFormed();
}

function endOfLine(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  return newline < 0 ? text.length : newline;
}

/** A block of code that begins here and is closed somewhere. */
function readBlock(
  text: string,
  at: number,
  hopeless: Set<string>,
): { node: Node; end: number } | null {
  for (const [open, close] of FENCES) {
    if (!text.startsWith(open, at) || hopeless.has(open)) continue;
    const from = at + open.length;
    const end = text.indexOf(close, from);
    if (end < 0) {
      hopeless.add(open);
      continue;
    }
    return { node: blockOf(text.slice(from, end)), end: end + close.length };
  }
  return null;
}

/** "```ts" on a line of its own names the language. */
function blockOf(inside: string): Node {
  const newline = inside.indexOf("\n");
  const first = newline < 0 ? "" : inside.slice(0, newline);
  const language = /^[a-z0-9+#-]{1,16}$/.test(first) ? first : "";
  const text = language === "" ? inside : inside.slice(newline + 1);
  return { kind: "block", language, text: trimLines(text) };
}

/** Without the line breaks that stand for the fences' own lines. */
function trimLines(text: string): string {
  const from = text.startsWith("\n") ? 1 : 0;
  const to = text.endsWith("\n") && text.length > from ? text.length - 1 : text.length;
  return text.slice(from, to);
}

/** Reads a line, or up to a block within it; says where it stopped. */
function readLine(
  text: string,
  from: number,
  to: number,
  tree: Tree,
  hopeless: Set<string>,
): number {
  let at = from;
  let end = to;
  const startsLine = from === 0 || text[from - 1] === "\n";
  if (startsLine && text[at] === ">" && readQuote(text, at) === null) {
    tree.open("quotation", QUOTATION);
  } else if (startsLine && isHeading(text, from, to) && tree.open("heading", HEADING)) {
    at += 2;
    end -= 2;
  }
  let plain = at;
  while (at < end) {
    if (!SPECIAL.has(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const next = readSpecial(text, at, end, tree, plain);
    if (next > at) {
      at = next;
      plain = next;
    } else if (at > from && readBlock(text, at, hopeless) !== null) {
      tree.text(text.slice(plain, at));
      return at;
    } else at++;
  }
  tree.text(text.slice(plain, end));
  return to;
}

function isHeading(text: string, from: number, to: number): boolean {
  return to - from > 4 && text.startsWith("==", from) && text.startsWith("==", to - 2);
}

const SPECIAL = new Set("'*~|[`>#h".split("").map((char) => char.charCodeAt(0)));

/** Reads what begins at `at`, after the plain text before it; answers `at` where nothing does. */
function readSpecial(text: string, at: number, end: number, tree: Tree, plain: number): number {
  const before = text.slice(plain, at);
  switch (text[at]) {
    case ">": {
      const quote = readQuote(text, at);
      return quote === null || quote.end > end ? at : put(tree, before, quote);
    }
    case "#": {
      const dice = readDice(text, at);
      return dice === null || dice.end > end ? at : put(tree, before, dice);
    }
    case "h": {
      const link = readLink(text, at, end);
      return link === null ? at : put(tree, before, link);
    }
    case "`":
      return readCode(text, at, end, tree, before);
    case "[":
      return readTag(text, at, end, tree, before);
    default:
      return readPair(text, at, end, tree, before);
  }
}

function put(tree: Tree, before: string, read: { node: Node; end: number }): number {
  tree.text(before);
  tree.add(read.node);
  return read.end;
}

function readCode(text: string, at: number, end: number, tree: Tree, before: string): number {
  if (text.startsWith("``", at)) return at;
  const close = text.indexOf("`", at + 1);
  if (close < 0 || close >= end) return at;
  return put(tree, before, {
    node: { kind: "code", text: text.slice(at + 1, close) },
    end: close + 1,
  });
}

function readTag(text: string, at: number, end: number, tree: Tree, before: string): number {
  const close = "[/spoiler]";
  if (text.startsWith(close, at) && at + close.length <= end) {
    tree.text(before);
    tree.close(SPOILER, close);
    return at + close.length;
  }
  if (!text.startsWith(SPOILER, at) || at + SPOILER.length > end || tree.isOpen(SPOILER)) {
    return at;
  }
  tree.text(before);
  if (!tree.open("spoiler", SPOILER)) tree.text(SPOILER);
  return at + SPOILER.length;
}

function readPair(text: string, at: number, end: number, tree: Tree, before: string): number {
  const pair = PAIRS.find(([written]) => text.startsWith(written, at));
  if (pair === undefined || at + pair[0].length > end) return at;
  const [written, kind] = pair;
  tree.text(before);
  if (tree.isOpen(written)) tree.close(written, written);
  else if (!tree.open(kind, written)) tree.text(written);
  return at + written.length;
}
