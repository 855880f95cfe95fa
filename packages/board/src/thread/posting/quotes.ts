import type { Node } from "#markup/node.ts";
import { quotesOf } from "#markup/node.ts";
import { inSight } from "#store/in-sight.ts";
import type { Db } from "#store/open.ts";
import type { Board } from "#thread/model.ts";

/** A reference of a text, and where it leads. */
export interface Resolved {
  readonly boardId: number;
  readonly board: string;
  /** Null: the board as a whole. */
  readonly no: number | null;
  readonly threadNo: number | null;
}

/** A text with more references is not a text: the rest stays words. */
const QUOTES_MOST = 50;

/** Looks up what a text refers to; references to what is not there, or not seen, lead nowhere. */
export async function resolveQuotes(
  db: Db,
  board: Board,
  nodes: readonly Node[],
): Promise<ReadonlyMap<string, Resolved>> {
  const found = new Map<string, Resolved>();
  const quotes = quotesOf(nodes).slice(0, QUOTES_MOST);
  if (quotes.length === 0) return found;
  const uris = [...new Set(quotes.map((quote) => quote.board ?? board.uri))];
  const boards = await db
    .selectFrom("board")
    .select(["id", "uri"])
    .where("uri", "in", uris)
    .where("state", "in", ["open", "locked"])
    .execute();
  for (const { id, uri } of boards) {
    const own = quotes.filter((quote) => (quote.board ?? board.uri) === uri);
    const nos = own.map(({ no }) => no).filter((no) => no !== null);
    const posts =
      nos.length === 0
        ? []
        : await db
            .selectFrom("post")
            .select(["no", "threadNo"])
            .where("boardId", "=", id)
            .where("no", "in", nos)
            .where(inSight())
            .execute();
    const threads = new Map(posts.map(({ no, threadNo }) => [no, threadNo]));
    for (const quote of own) {
      const key = keyOf(quote.board, quote.no);
      if (quote.no === null) found.set(key, { boardId: id, board: uri, no: null, threadNo: null });
      const threadNo = quote.no === null ? undefined : threads.get(quote.no);
      if (threadNo !== undefined)
        found.set(key, { boardId: id, board: uri, no: quote.no, threadNo });
    }
  }
  return found;
}

export function keyOf(board: string | null, no: number | null): string {
  return `${board ?? ""}/${no ?? ""}`;
}

/** Where a reference leads: an address of this site. */
export function addressOf({ board, no, threadNo }: Resolved): string {
  if (no === null || threadNo === null) return `/${board}/`;
  return `/${board}/thread/${threadNo}#p${no}`;
}
