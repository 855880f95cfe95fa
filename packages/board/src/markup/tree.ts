import type { Mark, Node } from "#markup/node.ts";

interface Opened {
  readonly kind: Mark;
  /** What was written to open it: said again where nothing closes it. */
  readonly written: string;
  readonly children: Node[];
}

/** How many marks may stand in one another; what is written beyond is text. */
const DEPTH_MOST = 8;

/**
 * Builds the tree while the text is read. Marks that are never closed turn back to the text that
 * they were. A node is moved at most once a level, so the whole is linear in the text.
 */
export class Tree {
  readonly nodes: Node[] = [];
  readonly #open: Opened[] = [];

  /** Where the next node goes. */
  get #top(): Node[] {
    return this.#open.at(-1)?.children ?? this.nodes;
  }

  add(node: Node): void {
    this.#top.push(node);
  }

  text(text: string): void {
    if (text !== "") append(this.#top, text);
  }

  /** Whether a mark that was opened by this sign waits for its end. */
  isOpen(written: string): boolean {
    return this.#open.some((mark) => mark.written === written);
  }

  /** False where too many are open already. */
  open(kind: Mark, written: string): boolean {
    if (this.#open.length >= DEPTH_MOST) return false;
    this.#open.push({ kind, written, children: [] });
    return true;
  }

  /** Closes what `opener` opened; marks inside it that are still open become text. */
  close(opener: string, written: string): void {
    let index = this.#open.length - 1;
    while (index >= 0 && this.#open[index]?.written !== opener) index--;
    if (index < 0) return this.text(written);
    while (this.#open.length - 1 > index) {
      // A line that is quoted may end the spoiler that it stands in.
      if (this.#open.at(-1)?.written === QUOTATION) this.#finish(this.#open.pop() as Opened);
      else this.#undo();
    }
    const mark = this.#open.pop() as Opened;
    // `****` is a line of stars, not a bold nothing.
    if (mark.children.length === 0) this.text(mark.written + written);
    else this.#finish(mark);
  }

  #finish({ kind, children }: Opened): void {
    this.add({ kind, children });
  }

  /** The end of a line ends all marks but spoilers, which may go on for lines. */
  endLine(): void {
    if (this.isOpen(QUOTATION)) this.close(QUOTATION, "");
    if (this.isOpen(HEADING)) this.close(HEADING, "");
    while (this.#open.some((mark) => mark.written !== SPOILER)) this.#undo();
  }

  end(): void {
    while (this.#open.length > 0) this.#undo();
  }

  #undo(): void {
    const mark = this.#open.pop() as Opened;
    this.text(mark.written);
    const top = this.#top;
    for (const node of mark.children) {
      if (node.kind === "text") append(top, node.text);
      else top.push(node);
    }
  }
}

/** The one mark that may span lines; and the two that hold a whole line. */
export const SPOILER = "[spoiler]";
export const QUOTATION = "";
export const HEADING = "==";

function append(nodes: Node[], text: string): void {
  const last = nodes.at(-1);
  if (last?.kind === "text") nodes[nodes.length - 1] = { kind: "text", text: last.text + text };
  else nodes.push({ kind: "text", text });
}
