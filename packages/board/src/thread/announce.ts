import { sql } from "kysely";
import type { Db, Store } from "#store/open.ts";
import type { BoardEvent } from "#thread/events.ts";

/** The channel of PostgreSQL (NOTIFY) on which processes of one board hear of each other. */
export const LIVE_CHANNEL = "egide_board_live";
/** A payload has to be shorter than 8000 bytes (PostgreSQL, NOTIFY): 64 characters a hash. */
const MEDIA_MOST = 100;

/** From nobody in particular: the process that announces it hears of it like all others. */
export const FROM_ALL = "";

/** Who announces: the process whose own listeners are told by itself, or FROM_ALL. */
export interface Announcer {
  readonly engine: Store["engine"];
  readonly from: string;
  readonly now: number;
}

/**
 * Files of posts that fell off a board: edges would keep them for a year, and what is kept out of sight
 * for staff is never swept.
 */
export async function announceGone(
  trx: Db,
  { engine }: Pick<Store, "engine">,
  board: string,
  media: readonly string[],
  now: number,
): Promise<void> {
  if (media.length === 0) return;
  const event = { kind: "changed", board, threadNo: 0, no: 0, media } as const;
  await announce(trx, { engine, from: FROM_ALL, now }, event);
}

/**
 * Tells all processes on this database, in the transaction of what is told: they hear of it once it
 * is committed, and of nothing that was not. PostgreSQL carries it; in SQLite a row does, which
 * everybody looks for (app/wire.ts).
 */
export async function announce(
  trx: Db,
  { engine, from, now }: Announcer,
  event: BoardEvent,
): Promise<void> {
  const { media = [], ...rest } = event;
  for (let at = 0; at === 0 || at < media.length; at += MEDIA_MOST) {
    const some = media.slice(at, at + MEDIA_MOST);
    const text = JSON.stringify({ ...rest, ...(some.length === 0 ? {} : { media: some }), from });
    if (engine === "postgres") {
      await sql`select pg_notify(${LIVE_CHANNEL}, ${text})`.execute(trx);
    } else {
      await trx.insertInto("live_event").values({ at: now, event: text }).execute();
    }
  }
}
