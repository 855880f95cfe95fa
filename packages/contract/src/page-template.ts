/** What a page may name: also the placeholders of a zone's own template. */
export const PAGE_VALUES: ReadonlySet<string> = new Set([
  "lang",
  "en",
  "fr",
  "status",
  "title",
  "what",
  "advice",
  "retry",
  "site",
  "host",
  "visitor_state",
  "edge_state",
  "site_state",
  "visitor_fault",
  "edge_fault",
  "site_fault",
  "request_id",
  "time",
  "time_text",
  "code",
  "detail",
  "reason",
  "reference",
  "demanded_by",
  "contact",
  "continue_url",
  "challenge",
  "receipt",
  "appeal_url",
  "label_visitor",
  "label_edge",
  "label_where",
  "label_request",
  "label_time",
  "label_code",
  "label_detail",
  "label_reason",
  "label_reference",
  "label_demanded_by",
  "label_contact",
  "label_protected",
  "label_proceed",
  "label_proceed_note",
  "label_receipt",
  "label_appeal",
]);

/** What a template may name. Every value is text; "" counts as absent. */
export type Values = Readonly<Record<string, string>>;

type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly name: string }
  | {
      readonly kind: "section";
      readonly name: string;
      /** False for `{{^name}}`: shown where the value is absent. */
      readonly present: boolean;
      readonly nodes: readonly Node[];
    };

export class TemplateError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, source: string, at: number) {
    const before = source.slice(0, at);
    const line = before.split("\n").length;
    const column = at - before.lastIndexOf("\n");
    super(`line ${line}, column ${column}: ${message}`);
    this.name = "TemplateError";
    this.line = line;
    this.column = column;
  }
}

interface Frame {
  readonly name: string;
  readonly present: boolean;
  readonly at: number;
  readonly nodes: Node[];
}

/**
 * HTML with `{{name}}` (always escaped), `{{#name}}…{{/name}}` (shown where there is a value),
 * `{{^name}}…{{/name}}` (where there is none) and `{{! remark }}`. There is no way to insert a value
 * unescaped, and none to place one where escaping would not help.
 */
export class Template {
  readonly #nodes: readonly Node[];

  private constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  /** Throws TemplateError. */
  static parse(source: string, names: ReadonlySet<string>): Template {
    const root: Frame = { name: "", present: true, at: 0, nodes: [] };
    const open = [root];
    let at = 0;
    for (;;) {
      const top = open[open.length - 1] as Frame;
      const start = source.indexOf("{{", at);
      if (start < 0) {
        if (top !== root) throw new TemplateError(`{{#${top.name}}} is not closed`, source, top.at);
        if (at < source.length) top.nodes.push({ kind: "text", text: source.slice(at) });
        return new Template(root.nodes);
      }
      if (start > at) top.nodes.push({ kind: "text", text: source.slice(at, start) });
      const end = source.indexOf("}}", start);
      if (end < 0) throw new TemplateError("{{ is not closed by }}", source, start);
      readTag(source, start, source.slice(start + 2, end).trim(), open, names);
      at = end + 2;
    }
  }

  render(values: Values): string {
    return renderNodes(this.#nodes, values);
  }

  /** The same template with what is known already put in: the rest costs less each time. */
  specialise(known: Values): Template {
    const out: Node[] = [];
    fold(this.#nodes, known, out);
    return new Template(out);
  }
}

function readTag(
  source: string,
  at: number,
  tag: string,
  open: Frame[],
  names: ReadonlySet<string>,
): void {
  const top = open[open.length - 1] as Frame;
  const sigil = tag.charAt(0);
  if (sigil === "!") return;
  const name = sigil === "#" || sigil === "^" || sigil === "/" ? tag.slice(1).trim() : tag;
  if (sigil === "{" || sigil === "&") {
    throw new TemplateError("values are always escaped: write {{name}}", source, at);
  }
  if (!names.has(name)) {
    throw new TemplateError(
      `there is no {{${name}}}; there are ${[...names].join(", ")}`,
      source,
      at,
    );
  }
  if (sigil === "/") {
    if (open.length === 1 || top.name !== name) {
      throw new TemplateError(`{{/${name}}} closes nothing`, source, at);
    }
    open.pop();
    const parent = open[open.length - 1] as Frame;
    parent.nodes.push({ kind: "section", name, present: top.present, nodes: top.nodes });
    return;
  }
  if (sigil === "#" || sigil === "^") {
    if (open.length > 16) throw new TemplateError("sections are nested too deeply", source, at);
    open.push({ name, present: sigil === "#", at, nodes: [] });
    return;
  }
  const misplaced = misplacement(source, at);
  if (misplaced !== null) throw new TemplateError(misplaced, source, at);
  top.nodes.push({ kind: "value", name });
}

/** Places where an escaped value could still be read as markup or code. */
function misplacement(source: string, at: number): string | null {
  const before = source.slice(0, at).toLowerCase();
  for (const element of ["script", "style"]) {
    if (before.lastIndexOf(`<${element}`) > before.lastIndexOf(`</${element}`)) {
      return `a value may not stand inside <${element}>`;
    }
  }
  const tag = before.lastIndexOf("<");
  if (tag < 0 || tag < before.lastIndexOf(">")) return null;
  const inTag = before.slice(tag);
  const quote = openQuote(inTag);
  if (quote === null) return "inside a tag a value may stand only in a quoted attribute";
  const attribute = inTag.slice(0, quote).trimEnd();
  if (/\son[a-z]+\s*=$/.test(attribute)) return "a value may not stand in an event handler";
  return /\sstyle\s*=$/.test(attribute) ? "a value may not stand in a style attribute" : null;
}

/** Where the quoted attribute that is still open begins, or null. */
function openQuote(inTag: string): number | null {
  let quote = "";
  let start = 0;
  for (let i = 0; i < inTag.length; i++) {
    const c = inTag.charAt(i);
    if (quote !== "") {
      if (c === quote) quote = "";
    } else if (c === '"' || c === "'") {
      quote = c;
      start = i;
    }
  }
  return quote === "" ? null : start;
}

function renderNodes(nodes: readonly Node[], values: Values): string {
  let out = "";
  for (const node of nodes) {
    if (node.kind === "text") out += node.text;
    else if (node.kind === "value") out += escapeHtml(values[node.name] ?? "");
    else if (((values[node.name] ?? "") !== "") === node.present) {
      out += renderNodes(node.nodes, values);
    }
  }
  return out;
}

function fold(nodes: readonly Node[], known: Values, out: Node[]): void {
  for (const node of nodes) {
    const value = node.kind === "text" ? undefined : known[node.name];
    if (node.kind === "text") addText(out, node.text);
    else if (node.kind === "value") {
      if (value === undefined) out.push(node);
      else addText(out, escapeHtml(value));
    } else if (value === undefined) {
      const inner: Node[] = [];
      fold(node.nodes, known, inner);
      out.push({ ...node, nodes: inner });
    } else if ((value !== "") === node.present) fold(node.nodes, known, out);
  }
}

function addText(out: Node[], text: string): void {
  const last = out[out.length - 1];
  if (last?.kind === "text") out[out.length - 1] = { kind: "text", text: last.text + text };
  else out.push({ kind: "text", text });
}

const SPECIAL = /[&<>"'`]/;

/** Safe as text and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return SPECIAL.test(text)
    ? text
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(">", "&gt;")
        .replaceAll('"', "&quot;")
        .replaceAll("'", "&#39;")
        .replaceAll("`", "&#96;")
    : text;
}
