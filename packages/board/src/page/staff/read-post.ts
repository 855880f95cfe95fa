import type { Db } from "#store/open.ts";
import type { MediaKind, MediaState } from "#store/table/media.ts";
import type { ContentState } from "#store/table/thread.ts";

/** A post as staff see it, in whatever state it is. */
export interface StaffPost {
  readonly id: number;
  readonly boardId: number;
  readonly uri: string;
  readonly no: number;
  readonly threadNo: number;
  readonly createdAt: number;
  readonly name: string;
  readonly trip: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly state: ContentState;
  readonly sessionHash: string | null;
  readonly files: readonly StaffFile[];
}

export interface StaffFile {
  readonly position: number;
  readonly sha256: string;
  readonly kind: MediaKind;
  readonly filename: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly state: MediaState;
}

/** The post, or null where it is gone for good. */
export async function staffPost(db: Db, id: number): Promise<StaffPost | null> {
  const post = await db
    .selectFrom("post")
    .innerJoin("board as home", "home.id", "post.boardId")
    .select(["post.id", "post.boardId", "home.uri", "post.no", "post.threadNo", "post.createdAt"])
    .select(["post.name", "post.trip", "post.subject", "post.text", "post.html", "post.state"])
    .select("post.sessionHash")
    .where("post.id", "=", id)
    .executeTakeFirst();
  if (post === undefined) return null;
  const files = await db
    .selectFrom("post_media")
    .innerJoin("media as file", "file.sha256", "post_media.sha256")
    .select(["post_media.position", "file.sha256", "file.kind", "post_media.filename"])
    .select(["file.bytes", "file.width", "file.height", "file.state"])
    .where("postId", "=", id)
    .orderBy("post_media.position")
    .execute();
  return { ...post, files };
}

/** Whether a list found a file, in this post or in another. */
export async function isDetected(db: Db, sha256: string): Promise<boolean> {
  const row = await db
    .selectFrom("post_media")
    .innerJoin("detection", "detection.postId", "post_media.postId")
    .select("detection.postId")
    .where("post_media.sha256", "=", sha256)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Switches of a thread. */
export interface StaffThread {
  readonly flags: Readonly<Record<"sticky" | "locked" | "bumpLocked" | "cyclic", boolean>>;
  readonly archived: boolean;
}

export async function staffThread(db: Db, post: StaffPost): Promise<StaffThread | null> {
  const row = await db
    .selectFrom("thread")
    .select(["sticky", "locked", "bumpLocked", "cyclic", "archivedAt"])
    .where("boardId", "=", post.boardId)
    .where("no", "=", post.threadNo)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { archivedAt, sticky, locked, bumpLocked, cyclic } = row;
  return {
    flags: {
      sticky: sticky === 1,
      locked: locked === 1,
      bumpLocked: bumpLocked === 1,
      cyclic: cyclic === 1,
    },
    archived: archivedAt !== null,
  };
}

/** What a post said before each edit, newest first. */
export async function editsOf(db: Db, postId: number) {
  return db
    .selectFrom("post_edit")
    .selectAll()
    .where("postId", "=", postId)
    .orderBy("at", "desc")
    .limit(50)
    .execute();
}
