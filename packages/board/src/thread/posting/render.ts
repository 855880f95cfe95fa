import { toHtml } from "#markup/html.ts";
import { diceOf } from "#markup/node.ts";
import { parse } from "#markup/parse.ts";
import { roll } from "#markup/roll.ts";
import type { Db } from "#store/open.ts";
import type { Board } from "#thread/model.ts";
import { addressOf, keyOf, type Resolved, resolveQuotes } from "#thread/posting/quotes.ts";

type Dice = readonly (readonly number[])[];

export interface Rendered {
  readonly html: string;
  readonly dice: Dice;
  /** Posts that it quotes. */
  readonly quotes: readonly { readonly boardId: number; readonly no: number }[];
}

/** Renders a text once, for good. `kept` are dice that were rolled before an edit. */
export async function render(
  db: Db,
  board: Board,
  text: string,
  random: () => number,
  kept: Dice = [],
): Promise<Rendered> {
  const nodes = parse(text);
  const written = board.settings.dice ? diceOf(nodes) : [];
  const thrown = roll(written, (sides) => 1 + Math.floor(random() * sides));
  const dice = thrown.map((result, index) =>
    kept[index]?.length === result.length ? kept[index] : result,
  );
  const found = await resolveQuotes(db, board, nodes);
  const html = toHtml(nodes, {
    resolve: (quote) => addressIn(found, quote.board, quote.no),
    dice,
  });
  // `>>1` and `>>>/b/1` are the same post on /b/, and are kept once.
  const quotes = new Map<string, Rendered["quotes"][number]>();
  for (const { boardId, no } of found.values()) {
    if (no !== null) quotes.set(`${boardId}/${no}`, { boardId, no });
  }
  return { html, dice, quotes: [...quotes.values()] };
}

function addressIn(
  found: ReadonlyMap<string, Resolved>,
  board: string | null,
  no: number | null,
): string | null {
  const resolved = found.get(keyOf(board, no));
  return resolved === undefined ? null : addressOf(resolved);
}
