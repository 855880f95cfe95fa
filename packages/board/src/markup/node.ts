/** A text as its markup says it: what is read once, and written as HTML or as plain text. */
export type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "break" }
  | { readonly kind: Mark; readonly children: readonly Node[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "block"; readonly language: string; readonly text: string }
  | { readonly kind: "link"; readonly url: string; readonly text: string }
  | QuoteNode
  | DiceNode;

/** What holds other nodes. `quotation` is a line that begins with `>`. */
export type Mark = "bold" | "italic" | "strike" | "spoiler" | "heading" | "quotation";

/** `>>12`, `>>>/b/12`, `>>>/b/`: a post of this board, of another, or another board. */
export interface QuoteNode {
  readonly kind: "quote";
  /** Null: the board that the text stands on. */
  readonly board: string | null;
  /** Null: the board as a whole. */
  readonly no: number | null;
}

/** `##2d6+1`: rolled once, when the post is made. */
export interface DiceNode {
  readonly kind: "dice";
  readonly count: number;
  readonly sides: number;
  readonly add: number;
}

/** The references in a text, in their order, each once. */
export function quotesOf(nodes: readonly Node[]): readonly QuoteNode[] {
  const found = new Map<string, QuoteNode>();
  walk(nodes, (node) => {
    if (node.kind === "quote") found.set(`${node.board ?? ""}/${node.no ?? ""}`, node);
  });
  return [...found.values()];
}

/** The dice of a text, in their order. */
export function diceOf(nodes: readonly Node[]): readonly DiceNode[] {
  const found: DiceNode[] = [];
  walk(nodes, (node) => {
    if (node.kind === "dice") found.push(node);
  });
  return found;
}

/** Addresses of the links in a text. */
export function linksOf(nodes: readonly Node[]): readonly string[] {
  const found = new Set<string>();
  walk(nodes, (node) => {
    if (node.kind === "link") found.add(node.url);
  });
  return [...found];
}

function walk(nodes: readonly Node[], visit: (node: Node) => void): void {
  for (const node of nodes) {
    visit(node);
    if ("children" in node) walk(node.children, visit);
  }
}
