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

/** docs/reference/config.md, from the JSON Schema of the configuration: one table for each mapping. */
export function referenceMarkdown(schema: Record<string, unknown>): string {
  const out = [
    "# egide.yaml",
    "",
    "<!-- Written by `npm run reference` from the schema: do not edit. -->",
    "",
    "Everything but `zones` has a default. A setting outside of lists can also be given by the environment variable named beside it; its text is read as YAML and wins over the file. Relative paths start from where the file is. Editors that speak YAML take [the JSON Schema](egide.schema.json): put `# yaml-language-server: $schema=…/docs/reference/egide.schema.json` on top of the file.",
    "",
    "```yaml",
    "zones:",
    "  - hosts: [example.org]",
    "    origin: http://127.0.0.1:3000",
    "```",
    "",
  ];
  section(schema, [], false, out);
  return `${out.join("\n").trimEnd()}\n`;
}

function section(node: Node, path: readonly string[], inList: boolean, out: string[]): void {
  const { properties = {}, required = [] } = node;
  const entries = Object.entries(properties).filter(([name]) => name !== "$schema");
  if (entries.length === 0) return;
  if (path.length > 0) {
    out.push(`## \`${path.join(".")}\``, "");
    if (node.description !== undefined) out.push(node.description, "");
  }
  out.push("| Setting | Value | Default | |", "|---|---|---|---|");
  for (const [name, child] of entries) {
    const inner = mappingOf(child);
    const isList = listOf(child) !== null;
    const variable =
      inList || inner !== null || isList ? "" : `<br>\`${variableName([...path, name])}\``;
    const fallback = required.includes(name)
      ? "needed"
      : inner !== null && child.default !== undefined
        ? "see below"
        : code(child.default);
    const text = (child.description ?? "").replaceAll("|", "\\|");
    out.push(`| \`${name}\`${variable} | ${value(child)} | ${fallback} | ${text} |`);
  }
  out.push("");
  for (const [name, child] of entries) {
    const list = listOf(child);
    if (list !== null) section(list, [...path, `${name}[]`], true, out);
    const inner = mappingOf(child);
    if (inner !== null) section(inner, [...path, name], inList, out);
  }
}

/** The mapping among the shapes that a value may have. */
function mappingOf(node: Node): Node | null {
  if (node.properties !== undefined) return { ...node };
  const inner = (node.anyOf ?? node.oneOf ?? []).find((branch) => branch.properties !== undefined);
  return inner === undefined ? null : { ...inner, ...describedAs(node) };
}

function describedAs({ description }: Node): { description?: string } {
  return description === undefined ? {} : { description };
}

/** The mapping that the entries of a list are. */
function listOf(node: Node): Node | null {
  const list = [node, ...(node.anyOf ?? [])].find(({ items }) => items !== undefined);
  return list?.items === undefined ? null : mappingOf(list.items);
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
