import { threadError } from "#thread/errors.ts";
import type { Board, Thread } from "#thread/model.ts";
import type { Draft } from "#thread/posting/draft.ts";

export const NAME_MOST = 64;
export const SUBJECT_MOST = 120;

/** Refuses a draft that its board does not take, before anything is done for it. Pure. */
export function checkDraft(draft: Draft, board: Board, files: number): void {
  const { settings } = board;
  const isStaff = draft.staff !== null;
  if (board.state === "closed" || board.state === "requested") throw threadError("no_board");
  if (board.state === "locked" && !isStaff) throw threadError("closed");
  if (draft.name.length > NAME_MOST || draft.subject.length > SUBJECT_MOST) {
    throw threadError("field_long");
  }
  if (draft.text.length > settings.textMost) throw threadError("text_long");
  if (files > settings.filesMost) throw threadError("files_many");
  if (draft.text.trim() === "" && files === 0) throw threadError("empty");
  if (draft.threadNo !== null) return;
  if (settings.subjectRequired && draft.subject.trim() === "") throw threadError("subject_missing");
  if (settings.fileRequired && files === 0) throw threadError("file_missing");
}

/** Refuses a reply that its thread does not take. Pure; asked again within the transaction. */
export function checkReply(
  thread: Thread | null,
  board: Board,
  files: number,
  isStaff: boolean,
): void {
  if (thread === null || thread.state === "removed") throw threadError("no_thread");
  if (thread.state !== "visible" && !isStaff) throw threadError("no_thread");
  if (thread.archivedAt !== null) throw threadError("archived");
  if (thread.locked && !isStaff) throw threadError("locked");
  if (thread.cyclic) return;
  if (thread.replies >= board.settings.replyLimit) throw threadError("full");
  if (files > 0 && thread.media + files > board.settings.mediaLimit) {
    throw threadError("media_full");
  }
}
