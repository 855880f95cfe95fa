import { variableName } from "#config/shape.ts";

interface Node {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

export interface ReferencePage {
  readonly title: string;
  /** What a reader knows before the tables: lines of Markdown. */
  readonly opening: readonly string[];
  /** Whether settings can also be given by environment variables. */
  readonly variables: boolean;
}

/** A page of docs/reference from a JSON Schema: one table for each mapping. */
export function referenceMarkdown(page: ReferencePage, schema: Record<string, unknown>): string {
  const out = [
    `# ${page.title}`,
    "",
    "<!-- Written by `npm run reference` from the schema: do not edit. -->",
    "",
    ...page.opening,
    "",
  ];
  section(schema, [], !page.variables, out);
  return `${out.join("\n").trimEnd()}\n`;
}

/** `bare`: no variable names these settings, as none names an entry of a list. */
function section(node: Node, path: readonly string[], bare: boolean, out: string[]): void {
  const { properties = {}, required = [] } = node;
  const entries = Object.entries(properties).filter(([name]) => name !== "$schema");
  if (entries.length === 0) return;
  if (path.length > 0) {
    out.push(`## \`${path.join(".")}\`${variantOf(node)}`, "");
    if (node.description !== undefined) out.push(node.description, "");
  }
  out.push("| Setting | Value | Default | |", "|---|---|---|---|");
  for (const [name, child] of entries) {
    const inner = mappingsOf(child).length > 0;
    const variable =
      bare || inner || entriesOf(child).length > 0
        ? ""
        : `<br>\`${variableName([...path, name])}\``;
    const fallback = required.includes(name)
      ? "needed"
      : inner && child.default !== undefined
        ? "see below"
        : code(child.default);
    const text = (child.description ?? "").replaceAll("|", "\\|");
    out.push(`| \`${name}\`${variable} | ${value(child)} | ${fallback} | ${text} |`);
  }
  out.push("");
  for (const [name, child] of entries) {
    for (const entry of entriesOf(child)) section(entry, [...path, `${name}[]`], true, out);
    for (const inner of mappingsOf(child)) section(inner, [...path, name], bare, out);
  }
}

/** The mappings among the shapes that a value may have. */
function mappingsOf(node: Node): readonly Node[] {
  if (node.properties !== undefined) return [node];
  const branches = (node.anyOf ?? node.oneOf ?? []).flatMap(mappingsOf);
  return branches.map((branch) => ({ ...branch, ...describedAs(node) }));
}

/** The mappings that the entries of a list may be. */
function entriesOf(node: Node): readonly Node[] {
  if (node.items !== undefined) return mappingsOf(node.items);
  return (node.anyOf ?? node.oneOf ?? []).flatMap(entriesOf);
}

/** What tells one of several mappings from the others: `kind: "mail"`. */
function variantOf({ properties = {} }: Node): string {
  const fixed = Object.entries(properties).find(([, { const: only }]) => only !== undefined);
  return fixed === undefined ? "" : ` with \`${fixed[0]}: ${JSON.stringify(fixed[1].const)}\``;
}

function describedAs({ description }: Node): { description?: string } {
  return description === undefined ? {} : { description };
}

function value(node: Node): string {
  if (node.const !== undefined) return code(node.const);
  if (node.enum !== undefined) return node.enum.map(code).join(", ");
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) return [...new Set(branches.map(value))].join(" or ");
  if (node.properties !== undefined) return "mapping";
  if (node.items !== undefined) return `list of ${value(node.items)}`;
  const { minimum = node.exclusiveMinimum, maximum } = node;
  const bound = (n: number | undefined): boolean => n !== undefined && Math.abs(n) < 2 ** 53 - 1;
  const range = [bound(minimum) ? `from ${minimum}` : "", bound(maximum) ? `to ${maximum}` : ""];
  const words = {
    string: "text",
    integer: "whole number",
    number: "number",
    boolean: "true, false",
  };
  const type = typeof node.type === "string" ? node.type : "";
  const name = (words as Record<string, string>)[type] ?? type;
  return [name, ...range].filter((word) => word !== "").join(" ");
}

function code(text: unknown): string {
  if (text === undefined) return "";
  const json = JSON.stringify(text);
  return json.length > 60 ? "" : `\`${json.replaceAll("|", "\\|")}\``;
}
