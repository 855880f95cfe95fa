import { type BoardSettings, boardSettingsSchema } from "#settings/board.ts";
import type { Db } from "#store/open.ts";
import { toBoard } from "#store/rows.ts";
import type { BoardState } from "#store/table/board.ts";
import type { Board } from "#thread/model.ts";

export interface NewBoard {
  readonly uri: string;
  readonly title: string;
  readonly subtitle: string;
  readonly state: BoardState;
  readonly ownerId: string | null;
  readonly settings: Partial<BoardSettings>;
  readonly listed: boolean;
}

export async function insertBoard(db: Db, board: NewBoard, now: number): Promise<number> {
  const { id } = await db
    .insertInto("board")
    .values({
      ...board,
      listed: board.listed ? 1 : 0,
      settings: JSON.stringify(board.settings),
      createdAt: now,
      lastNo: 0,
      rulesVersion: 1,
      version: 1,
      lastPostAt: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

export async function boardByUri(db: Db, uri: string): Promise<Board | null> {
  const row = await db.selectFrom("board").selectAll().where("uri", "=", uri).executeTakeFirst();
  return row === undefined ? null : toBoard(row);
}

export async function boardById(db: Db, id: number): Promise<Board | null> {
  const row = await db.selectFrom("board").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : toBoard(row);
}

/** Boards that anybody may read; unlisted ones only where `all`. */
export async function openBoards(db: Db, all = false): Promise<readonly Board[]> {
  let query = db
    .selectFrom("board")
    .selectAll()
    .where("state", "in", ["open", "locked"])
    .orderBy("uri")
    .limit(10_000);
  if (!all) query = query.where("listed", "=", 1);
  return (await query.execute()).map(toBoard);
}

export async function boardsInState(db: Db, state: BoardState): Promise<readonly Board[]> {
  const rows = await db
    .selectFrom("board")
    .selectAll()
    .where("state", "=", state)
    .orderBy("createdAt")
    .limit(1000)
    .execute();
  return rows.map(toBoard);
}

export async function boardsOwnedBy(db: Db, ownerId: string): Promise<readonly Board[]> {
  const rows = await db
    .selectFrom("board")
    .selectAll()
    .where("ownerId", "=", ownerId)
    .where("state", "!=", "closed")
    .orderBy("uri")
    .execute();
  return rows.map(toBoard);
}

export interface BoardChange {
  readonly title?: string;
  readonly subtitle?: string;
  readonly state?: BoardState;
  readonly ownerId?: string | null;
  readonly listed?: boolean;
  readonly settings?: BoardSettings;
}

export async function changeBoard(db: Db, id: number, change: BoardChange): Promise<void> {
  const { listed, settings, ...same } = change;
  await db
    .updateTable("board")
    .set((row) => ({
      ...same,
      ...(listed === undefined ? {} : { listed: listed ? 1 : 0 }),
      ...(settings === undefined
        ? {}
        : { settings: JSON.stringify(boardSettingsSchema.parse(settings)) }),
      version: row("version", "+", 1),
    }))
    .where("id", "=", id)
    .execute();
}

/** The next number of a board; the row is ours until the transaction ends. */
export async function nextNo(trx: Db, boardId: number, now: number): Promise<number> {
  const { lastNo } = await trx
    .updateTable("board")
    .set((row) => ({
      lastNo: row("lastNo", "+", 1),
      version: row("version", "+", 1),
      lastPostAt: now,
    }))
    .where("id", "=", boardId)
    .returning("lastNo")
    .executeTakeFirstOrThrow();
  return lastNo;
}

export async function touchBoard(trx: Db, boardId: number): Promise<void> {
  await trx
    .updateTable("board")
    .set((row) => ({ version: row("version", "+", 1) }))
    .where("id", "=", boardId)
    .execute();
}
