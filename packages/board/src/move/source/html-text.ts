import { cleanText } from "#move/source/clean.ts";

/*
 * HTML that another imageboard rendered, turned back into our markup. Nothing of it comes through as
 * HTML: tags become signs of the markup or vanish, all else is text, which is rendered by us.
 */

/** Signs before and behind what an element or a class of it means. */
const BY_ELEMENT = new Map([
  ["strong", "'''"],
  ["b", "'''"],
  ["em", "''"],
  ["i", "''"],
  ["s", "~~"],
  ["strike", "~~"],
  ["del", "~~"],
]);
const BY_CLASS = new Map([
  ["spoiler", "||"],
  ["bold", "'''"],
  ["em", "''"],
  ["strike", "~~"],
  ["heading", "=="],
  ["title", "=="],
  ["mono", "`"],
]);
const BLOCKS = new Set(["p", "div", "li", "tr", "h1", "h2", "h3", "blockquote", "table"]);
/** Elements whose content is nobody's words. */
const SILENT = new Set(["script", "style", "template", "iframe", "object"]);

const NAMED = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
  ["hellip", "…"],
  ["mdash", "—"],
  ["ndash", "–"],
  ["larr", "←"],
  ["rarr", "→"],
  ["lpar", "("],
  ["rpar", ")"],
]);

export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi,
    (all, dec, hex, name) => {
      if (name !== undefined) return NAMED.get((name as string).toLowerCase()) ?? all;
      const code = dec === undefined ? Number.parseInt(hex, 16) : Number(dec);
      return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
        ? String.fromCodePoint(code)
        : "";
    },
  );
}

interface Open {
  readonly name: string;
  readonly close: string;
  /** A link's address, and where its text begins. */
  readonly href: string | null;
  readonly from: number;
}

export function htmlToText(html: string): string {
  const out: string[] = [];
  const open: Open[] = [];
  let silent: string | null = null;
  let at = 0;
  while (at < html.length) {
    const tag = html.indexOf("<", at);
    const end = tag < 0 ? -1 : html.indexOf(">", tag);
    const text = html.slice(at, tag < 0 || end < 0 ? undefined : tag);
    // Rendered text has line breaks as elements; the file's own are layout, but never inside <pre>.
    if (silent === null) out.push(decodeEntities(text));
    if (tag < 0 || end < 0) break;
    at = end + 1;
    const match = /^<(\/?)([a-zA-Z][a-zA-Z0-9]*)/.exec(html.slice(tag, tag + 40));
    if (match === null) continue;
    const name = (match[2] as string).toLowerCase();
    if (silent !== null) {
      if (match[1] === "/" && name === silent) silent = null;
    } else if (match[1] === "/") closeTag(name, out, open);
    else if (SILENT.has(name)) silent = name;
    else openTag(name, html.slice(tag, at), out, open);
  }
  while (open.length > 0) closeTag((open.at(-1) as Open).name, out, open);
  return cleanText(out.join(""))
    .replace(/[ \t]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

const VOID = new Set(["br", "img", "hr", "wbr", "input", "meta"]);

function openTag(name: string, tag: string, out: string[], open: Open[]): void {
  if (name === "br" || name === "hr") out.push("\n");
  if (VOID.has(name)) return;
  if (BLOCKS.has(name) && out.length > 0) newLine(out);
  // Nobody nests so deep; who does wants to be waited for.
  if (open.length >= 64) return;
  if (name === "pre" || (name === "code" && open.every((one) => one.name !== "pre"))) {
    out.push("[code]");
    open.push({ name, close: "[/code]", href: null, from: out.length });
    return;
  }
  const classes = attributeOf(tag, "class").split(/\s+/);
  const isCode = classes.includes("code") && name === "span";
  const sign = isCode
    ? "[code]"
    : (BY_ELEMENT.get(name) ?? classes.map((one) => BY_CLASS.get(one)).find(Boolean) ?? "");
  const href = name === "a" ? decodeEntities(attributeOf(tag, "href")) : null;
  out.push(sign);
  open.push({ name, close: isCode ? "[/code]" : sign, href, from: out.length });
}

function closeTag(name: string, out: string[], open: Open[]): void {
  const place = open.findLastIndex((one) => one.name === name);
  if (place < 0) return;
  // What was opened within and never closed ends here.
  for (const one of open.splice(place).toReversed()) {
    if (one.href !== null) relink(one, out);
    out.push(one.close);
    if (BLOCKS.has(one.name)) newLine(out);
  }
}

/** A link to elsewhere whose text is not its address: the address is what our markup can show. */
function relink({ href, from }: Open, out: string[]): void {
  if (href === null || !/^https?:\/\//i.test(href)) return;
  const text = out.splice(from).join("");
  const same = text === href || /^https?:\/\//i.test(text.trim());
  out.push(same || text.trim() === "" ? href : `${text} ${href}`);
}

function newLine(out: string[]): void {
  const last = out.findLast((text) => text !== "");
  if (last !== undefined && !last.endsWith("\n")) out.push("\n");
}

function attributeOf(tag: string, name: string): string {
  const at = tag.toLowerCase().indexOf(` ${name}=`);
  if (at < 0) return "";
  const from = at + name.length + 2;
  const quote = tag[from];
  if (quote !== '"' && quote !== "'") return /^[^\s>]*/.exec(tag.slice(from))?.[0] ?? "";
  const end = tag.indexOf(quote, from + 1);
  return end < 0 ? "" : tag.slice(from + 1, end);
}
