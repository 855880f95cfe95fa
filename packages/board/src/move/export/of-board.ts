import { createHash } from "node:crypto";
import type { SnapshotRow } from "@egide/sql/database.ts";
import type { ExportedTable } from "#move/export/tables.ts";
import type { PostFile } from "#thread/model.ts";

/** What to ask for, with the board's number for each `?`. */
interface Part {
  readonly where: string;
  /** By which rows stand in a fixed order, where the table's own key does not. */
  readonly order?: string;
  /** The row as its readers may have it. */
  readonly shown?: (row: SnapshotRow) => SnapshotRow;
}

const THREADS = `"boardId" = ? and state = 'visible'`;
/** Posts that anybody may read: a reply is out of sight with its thread. */
const POSTS = `"boardId" = ? and state = 'visible' and "threadNo" in (select no from thread where ${THREADS})`;
const POST_IDS = `select id from post where ${POSTS}`;
const FILES = `select sha256 from post_media where "postId" in (${POST_IDS})`;
const STORED = `select sha256 from media where state = 'stored'`;

/**
 * The export of one board: what its readers see, and what its owner set. No accounts, no hashes of
 * people, nothing that is held, hidden, removed or sealed, and no words of staff but the rules.
 */
const PARTS: Readonly<Partial<Record<ExportedTable, Part>>> = {
  board: { where: "id = ?", shown: (row) => ({ ...row, ownerId: null }) },
  // The site's rules come along: lines of the log name them.
  rule_set: { where: `"boardId" in (?, 0)`, shown: (row) => ({ ...row, staffId: "" }) },
  thread: { where: THREADS },
  post: { where: POSTS, shown: shownPost },
  media: { where: `state = 'stored' and sha256 in (${FILES})` },
  post_media: {
    where: `"postId" in (${POST_IDS}) and sha256 in (${STORED})`,
    // By it could be found out who had the file before it was posted.
    shown: (row) => ({ ...row, originalHash: "" }),
  },
  quote: { where: `"boardId" = ? and "fromPostId" in (${POST_IDS})` },
  act: { where: `"boardId" = ? and kind <> 'approve'`, order: `at, id`, shown: shownAct },
  filter: { where: `"boardId" = ?`, shown: (row) => ({ ...row, createdBy: "" }) },
  old_file: { where: `sha256 in (${FILES}) and sha256 in (${STORED})` },
};

/** Null: the table is not a part of a board's export. */
export function partOfBoard(table: ExportedTable, boardId: number) {
  const part = PARTS[table];
  if (part === undefined) return null;
  const { where, order, shown } = part;
  const parameters = Array.from({ length: where.split("?").length - 1 }, () => boardId);
  return { where, order, parameters, shown: shown ?? ((row: SnapshotRow) => row) };
}

/** Files that are out of sight leave no trace in the post, either. */
function shownPost(row: SnapshotRow): SnapshotRow {
  const files = (JSON.parse(row["files"] as string) as PostFile[]).filter(
    ({ state }) => state === "stored",
  );
  return { ...row, editedBy: null, files: JSON.stringify(files) };
}

/** A line of the public log. Its own id would open the decision: a hash of it tells it from others. */
function shownAct(row: SnapshotRow): SnapshotRow {
  const { id, at, kind, boardId, no, ruleId, ruleBoardId, ruleVersion, state } = row;
  const undone = state === "undone" || state === "reversed" ? 1 : 0;
  const key = createHash("sha256")
    .update(`line of the log ${String(id)}`)
    .digest("hex");
  return { id: key, at, kind, boardId, no, ruleId, ruleBoardId, ruleVersion, undone };
}
