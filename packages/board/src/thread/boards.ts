import { isUniqueViolation } from "@egide/sql/errors.ts";
import { boardSettingsSchema } from "#settings/board.ts";
import {
  type BoardChange,
  boardById,
  boardByUri,
  boardsOwnedBy,
  changeBoard,
  insertBoard,
} from "#store/boards.ts";
import type { Db } from "#store/open.ts";
import type { BoardState } from "#store/table/board.ts";
import type { ThreadContext } from "#thread/context.ts";
import { threadError } from "#thread/errors.ts";
import type { Board } from "#thread/model.ts";

export interface BoardRequest {
  readonly uri: string;
  readonly title: string;
  readonly subtitle: string;
  /** The account that asks; null: the instance itself. */
  readonly ownerId: string | null;
  /** Staff of the instance need no approval and have no limit. */
  readonly staff: boolean;
}

/** First parts of addresses that the site uses itself. */
const RESERVED = new Set(
  "abuse account admin all api appeal archive assets atom auth ban board boards catalog create css decision events favicon feed file filter health help home index invitation js json law log login logout media mod moderation oembed overboard page post preferences proof provider report rss rules search settings staff static status thread threads watch watched watcher webring".split(
    " ",
  ),
);

/** Whether a board may be reached by this name. */
export function isBoardName(uri: string): boolean {
  return /^[a-z0-9]{1,24}$/.test(uri) && !RESERVED.has(uri);
}

const TITLE_MOST = 80;
const SUBTITLE_MOST = 200;

type Services = Pick<ThreadContext, "store" | "clock" | "settings">;

/** Makes a board, or (where the instance wants to approve it first) asks for it. */
export async function createBoard(
  { store, clock, settings }: Services,
  request: BoardRequest,
): Promise<Board> {
  const { uri, ownerId, staff } = request;
  const title = request.title.trim();
  if (!isBoardName(uri)) throw threadError("uri");
  if (!isTitle(title) || request.subtitle.length > SUBTITLE_MOST) {
    throw threadError("field_long");
  }
  if (!staff && settings.boardCreation === "staff") throw threadError("creation_closed");
  const state = staff || settings.boardCreation === "open" ? "open" : "requested";
  try {
    return await store.transaction(async (trx) => {
      if (!staff && ownerId !== null) {
        const own = await boardsOwnedBy(trx, ownerId);
        if (own.length >= settings.boardsPerAccount) throw threadError("boards_many");
      }
      const board = { uri, title, subtitle: request.subtitle.trim(), state, ownerId } as const;
      await insertBoard(trx, { ...board, settings: {}, listed: true }, clock.now());
      return (await boardByUri(trx, uri)) as Board;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw threadError("uri_taken");
    throw error;
  }
}

/** Approves a board that was asked for, or says no: then its address is free again. */
export async function decideBoard(trx: Db, id: number, approve: boolean): Promise<Board> {
  const board = await boardById(trx, id);
  if (board === null || board.state !== "requested") throw threadError("no_board");
  if (approve) await changeBoard(trx, id, { state: "open" });
  else await trx.deleteFrom("board").where("id", "=", id).execute();
  return board;
}

/** Changes what an owner may change; whether they may is asked before. */
export async function configureBoard(trx: Db, id: number, change: BoardChange): Promise<Board> {
  const board = await boardById(trx, id);
  if (board === null) throw threadError("no_board");
  if (change.title !== undefined && !isTitle(change.title)) throw threadError("field_long");
  if (change.subtitle !== undefined && change.subtitle.length > SUBTITLE_MOST) {
    throw threadError("field_long");
  }
  if (change.settings !== undefined && !boardSettingsSchema.safeParse(change.settings).success) {
    throw threadError("settings");
  }
  await changeBoard(trx, id, change);
  return board;
}

/** Whether anybody may read a board in this state. */
export function isReadable(state: BoardState): boolean {
  return state === "open" || state === "locked";
}

function isTitle(title: string): boolean {
  return title !== "" && title.length <= TITLE_MOST;
}
