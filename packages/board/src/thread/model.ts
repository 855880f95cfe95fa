import type { BoardSettings } from "#settings/board.ts";
import type { BoardState } from "#store/table/board.ts";
import type { MediaKind } from "#store/table/media.ts";
import type { ContentState } from "#store/table/thread.ts";

/** A board as services and pages see it. */
export interface Board {
  readonly id: number;
  readonly uri: string;
  readonly title: string;
  readonly subtitle: string;
  readonly state: BoardState;
  readonly ownerId: string | null;
  readonly createdAt: number;
  readonly settings: BoardSettings;
  readonly lastNo: number;
  readonly rulesVersion: number;
  readonly version: number;
  readonly lastPostAt: number | null;
  readonly listed: boolean;
}

/** A file as it stands in a post. */
export interface PostFile {
  readonly sha256: string;
  readonly md5: string;
  readonly kind: MediaKind;
  readonly filename: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
  readonly thumb: { readonly width: number; readonly height: number; readonly kind: string } | null;
  readonly spoiler: boolean;
  /** `removed` and `sealed` files leave a mark where they stood. */
  readonly state: "stored" | "sealed" | "removed";
}

/** A post that quotes another. */
export interface Backlink {
  readonly board: string;
  readonly threadNo: number;
  readonly no: number;
}

/** What anybody may see of a post. */
export interface Post {
  readonly id: number;
  readonly board: string;
  readonly no: number;
  readonly threadNo: number;
  readonly createdAt: number;
  readonly name: string;
  readonly trip: string | null;
  readonly capcode: string | null;
  readonly subject: string;
  readonly sage: boolean;
  readonly text: string;
  readonly html: string;
  readonly posterId: string | null;
  readonly country: string | null;
  readonly state: ContentState;
  readonly editedAt: number | null;
  readonly files: readonly PostFile[];
  readonly backlinks: readonly Backlink[];
  readonly version: number;
}

export interface Thread {
  readonly board: string;
  readonly no: number;
  readonly createdAt: number;
  readonly bumpedAt: number;
  readonly subject: string;
  readonly sticky: boolean;
  readonly locked: boolean;
  readonly bumpLocked: boolean;
  readonly cyclic: boolean;
  readonly archivedAt: number | null;
  readonly replies: number;
  readonly media: number;
  readonly state: ContentState;
  readonly version: number;
  readonly lastNo: number;
  readonly changedAt: number;
}

/** A thread as an index shows it: its opening post and the newest replies, oldest first. */
export interface ThreadPreview {
  readonly thread: Thread;
  readonly opening: Post;
  readonly replies: readonly Post[];
}

/** `/b/` and `/b/2.html`: page numbers start from 1. */
export interface IndexPage {
  readonly board: Board;
  readonly page: number;
  readonly pages: number;
  readonly threads: readonly ThreadPreview[];
}

export interface Catalog {
  readonly board: Board;
  readonly threads: readonly ThreadPreview[];
}

export interface ThreadPage {
  readonly board: Board;
  readonly thread: Thread;
  readonly opening: Post;
  readonly replies: readonly Post[];
}

export interface SearchPage {
  readonly posts: readonly Post[];
  /** Give this as `before` for the next page; null where there is none. */
  readonly next: number | null;
}
