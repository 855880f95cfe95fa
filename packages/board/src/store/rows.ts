import type { Selectable } from "kysely";
import { type BoardSettings, boardSettingsSchema } from "#settings/board.ts";
import type { BoardTable } from "#store/table/board.ts";
import type { PostTable } from "#store/table/post.ts";
import type { ThreadTable } from "#store/table/thread.ts";
import type { Backlink, Board, Post, PostFile, Thread } from "#thread/model.ts";

/** Settings are read at every page and change once a month: parsed once for each text. */
const parsed = new Map<string, BoardSettings>();
const PARSED_MOST = 5000;

export function settingsOf(text: string): BoardSettings {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const settings = boardSettingsSchema.parse(JSON.parse(text));
  if (parsed.size >= PARSED_MOST) parsed.clear();
  parsed.set(text, settings);
  return settings;
}

export function toBoard(row: Selectable<BoardTable>): Board {
  const { settings, listed, ...same } = row;
  return { ...same, settings: settingsOf(settings), listed: listed === 1 };
}

export function toThread(row: Selectable<ThreadTable>, board: string): Thread {
  const { boardId: _, sticky, locked, bumpLocked, cyclic, ...same } = row;
  return {
    ...same,
    board,
    sticky: sticky === 1,
    locked: locked === 1,
    bumpLocked: bumpLocked === 1,
    cyclic: cyclic === 1,
  };
}

/** What pages need of a post; hashes of its poster never leave the store by this way. */
export const POST_COLUMNS = [
  "id",
  "boardId",
  "no",
  "threadNo",
  "createdAt",
  "name",
  "trip",
  "capcode",
  "subject",
  "sage",
  "text",
  "html",
  "posterId",
  "country",
  "state",
  "editedAt",
  "files",
  "backlinks",
  "version",
] as const;

export type PostRow = Pick<Selectable<PostTable>, (typeof POST_COLUMNS)[number]>;

const NONE: readonly never[] = [];

export function toPost(row: PostRow, board: string): Post {
  const { files, backlinks } = row;
  // Field by field: a page reads a thousand rows, and spreading one costs more than to draw it.
  return {
    id: row.id,
    board,
    no: row.no,
    threadNo: row.threadNo,
    createdAt: row.createdAt,
    name: row.name,
    trip: row.trip,
    capcode: row.capcode,
    subject: row.subject,
    sage: row.sage === 1,
    text: row.text,
    html: row.html,
    posterId: row.posterId,
    country: row.country,
    state: row.state,
    editedAt: row.editedAt,
    files: files === "[]" ? NONE : (JSON.parse(files) as PostFile[]),
    backlinks: backlinks === "[]" ? NONE : (JSON.parse(backlinks) as Backlink[]),
    version: row.version,
  };
}
