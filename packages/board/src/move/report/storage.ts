import { statfs } from "node:fs/promises";
import { sql } from "kysely";
import type { Store } from "#store/open.ts";
import type { MediaKind, MediaState } from "#store/table/media.ts";

export interface Share {
  readonly files: number;
  readonly bytes: number;
}

/** What the files of an installation take, as its records know them. */
export interface StorageFigures {
  readonly at: number;
  readonly all: Share;
  /** By board's number; a file that several boards show counts for each. */
  readonly boards: ReadonlyMap<number, Share>;
  readonly kinds: ReadonlyMap<MediaKind, Share>;
  readonly states: ReadonlyMap<MediaState, Share>;
  /** Named by no post: the hourly sweep takes them, unless they are sealed. */
  readonly orphans: Share;
  readonly largest: readonly {
    readonly sha256: string;
    readonly kind: MediaKind;
    readonly bytes: number;
    readonly state: MediaState;
    readonly uses: number;
  }[];
  readonly database: number;
  /** Of the disk that files lie on; null where they lie elsewhere. */
  readonly disk: { readonly free: number; readonly total: number } | null;
}

/** Rows read at once: a read of SQLite keeps everybody waiting. */
const CHUNK = 1000;
const LARGEST = 10;

export async function storageFigures(
  store: Store,
  folder: string | null,
  now: number,
): Promise<StorageFigures> {
  const boards = new Map<number, Share>();
  const kinds = new Map<MediaKind, Share>();
  const states = new Map<MediaState, Share>();
  let all: Share = { files: 0, bytes: 0 };
  let orphans: Share = { files: 0, bytes: 0 };
  let largest: StorageFigures["largest"][number][] = [];
  for (let after = ""; ; ) {
    const files = await store.kysely
      .selectFrom("media")
      .select(["sha256", "kind", "state", "bytes"])
      .where("sha256", ">", after)
      .orderBy("sha256")
      .limit(CHUNK)
      .execute();
    const last = files.at(-1);
    if (last === undefined) break;
    const uses = await store.kysely
      .selectFrom("post_media")
      .innerJoin("post", "post.id", "post_media.postId")
      .select(["post_media.sha256", "post.boardId"])
      .select((row) => row.fn.countAll<number>().as("uses"))
      .where("post_media.sha256", ">", after)
      .where("post_media.sha256", "<=", last.sha256)
      .groupBy(["post_media.sha256", "post.boardId"])
      .execute();
    const used = new Map<string, { boardId: number; uses: number }[]>();
    for (const { sha256, ...use } of uses) used.set(sha256, [...(used.get(sha256) ?? []), use]);
    for (const file of files) {
      const own = used.get(file.sha256) ?? [];
      if (file.state !== "removed") {
        all = plus(all, file.bytes);
        if (own.length === 0) orphans = plus(orphans, file.bytes);
        for (const { boardId } of own) boards.set(boardId, plus(boards.get(boardId), file.bytes));
        kinds.set(file.kind, plus(kinds.get(file.kind), file.bytes));
        const count = own.reduce((sum, one) => sum + one.uses, 0);
        largest = [...largest, { ...file, uses: count }]
          .sort((a, b) => b.bytes - a.bytes)
          .slice(0, LARGEST);
      }
      states.set(file.state, plus(states.get(file.state), file.bytes));
    }
    after = last.sha256;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const database = await databaseBytes(store);
  const disk = folder === null ? null : await diskOf(folder);
  return { at: now, all, boards, kinds, states, orphans, largest, database, disk };
}

function plus(share: Share | undefined, bytes: number): Share {
  return { files: (share?.files ?? 0) + 1, bytes: (share?.bytes ?? 0) + bytes };
}

async function databaseBytes({ engine, kysely }: Store): Promise<number> {
  const query =
    engine === "sqlite"
      ? sql<{
          bytes: number;
        }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`
      : sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`;
  const { rows } = await query.execute(kysely);
  return rows[0]?.bytes ?? 0;
}

async function diskOf(folder: string): Promise<StorageFigures["disk"]> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { free: bavail * bsize, total: blocks * bsize };
}
