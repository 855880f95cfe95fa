/** `held` waits for approval, `hidden` and `removed` are acts of moderation (removed may be undone). */
export type ContentState = "visible" | "held" | "hidden" | "removed";

export interface ThreadTable {
  readonly boardId: number;
  /** The number of its opening post. */
  readonly no: number;
  readonly createdAt: number;
  bumpedAt: number;
  subject: string;
  /** 0 or 1, as the four that follow. */
  sticky: number;
  locked: number;
  bumpLocked: number;
  cyclic: number;
  archivedAt: number | null;
  /** Visible replies, without the opening post. */
  replies: number;
  /** Files of visible posts. */
  media: number;
  state: ContentState;
  /** Goes up with every change that can be seen: a key for caches. */
  version: number;
  /** The newest post's number, and when anything changed (for If-Modified-Since). */
  lastNo: number;
  changedAt: number;
}
