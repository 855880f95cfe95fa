/** One fenced block of a page of Markdown. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

export interface Page {
  readonly blocks: readonly Block[];
  /** All but the blocks. */
  readonly prose: string;
  /** What a link may name behind `#`: headings as GitHub writes them. */
  readonly anchors: ReadonlySet<string>;
}

export function readPage(text: string): Page {
  const blocks: Block[] = [];
  const prose: string[] = [];
  const anchors = new Set<string>();
  let open: { readonly indent: number; readonly language: string; lines: string[] } | null = null;
  for (const line of text.split("\n")) {
    const fence = /^( *)```(\w*)$/.exec(line);
    if (open !== null) {
      if (fence === null) open.lines.push(line.slice(open.indent));
      else {
        blocks.push({ language: open.language, text: `${open.lines.join("\n")}\n` });
        open = null;
      }
      continue;
    }
    if (fence !== null) {
      open = { indent: fence[1]?.length ?? 0, language: fence[2] ?? "", lines: [] };
      continue;
    }
    prose.push(line);
    const heading = /^#{1,6} (.*)/.exec(line)?.[1];
    if (heading !== undefined) anchors.add(free(anchorOf(heading), anchors));
  }
  if (open !== null) throw new Error("a block is not closed");
  return { blocks, prose: prose.join("\n"), anchors };
}

/** Addresses that a page's links lead to. */
export function linksIn({ prose }: Page): string[] {
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string);
}

/** Calls of `egide`, as words: from blocks that are typed, and from `code` in the text. */
export function callsIn({ blocks, prose }: Page): { typed: string[][]; named: string[][] } {
  const typed = blocks
    .filter(({ language }) => language === "sh" || language === "")
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, "").split("\n"));
  const named = [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);
  return { typed: typed.flatMap(wordsOf), named: named.flatMap(wordsOf) };
}

/** The words behind `egide`, without remarks, redirections and what else stands on the line. */
function wordsOf(line: string): string[][] {
  const call = /^(?:npx |sudo -u \w+ |\w+=\S+ )?egide ([^|>&]*)/.exec(line.trim())?.[1];
  // `egide abuse v1` is what a signature is made over.
  if (call === undefined || / v\d$/.test(call)) return [];
  const words = call.replace(/(?:^|\s)#.*/, "").match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return [words.filter((word) => word !== "…").map((word) => word.replace(/^(["'])(.*)\1$/, "$2"))];
}

function anchorOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
    .replaceAll(" ", "-");
}

/** The second heading of a name has `-1` behind it. */
function free(anchor: string, taken: ReadonlySet<string>): string {
  let name = anchor;
  for (let n = 1; taken.has(name); n++) name = `${anchor}-${n}`;
  return name;
}
