import { type Expression, expressionBuilder, type SqlBool } from "kysely";
import { actOnce, groundsOf, removedPost } from "#moderation/service/act.ts";
import {
  type Actor,
  bad,
  type ModerationDeps,
  need,
  type RemovedPost,
  secretId,
} from "#moderation/service/deps.ts";
import { patternOf } from "#moderation/pattern.ts";
import { applyToItem } from "#moderation/service/queue.ts";
import { targetOf } from "#moderation/service/record.ts";
import type { Db } from "#store/open.ts";
import type { Tables } from "#store/tables.ts";

/** What posts to remove have in common. */
export type Likeness =
  | { readonly by: "text"; readonly pattern: string }
  | { readonly by: "session" | "address" | "prefix"; readonly postId: number }
  | { readonly by: "media"; readonly sha256: string };

export interface PatternSearch {
  /** Null for all boards. */
  readonly boardId: number | null;
  readonly since: number;
  readonly likeness: Likeness;
}

/** Posts that one order may remove; more take several. */
export const PATTERN_POSTS_MOST = 500;
/** Posts whose text is compared; the newest first. */
const SCANNED_MOST = 50_000;

/** Ids of the posts that stand and fit, newest first: what the preview counts and the order removes. */
export async function findLike(db: Db, search: PatternSearch): Promise<readonly number[]> {
  const { boardId, since, likeness } = search;
  const base = db
    .selectFrom("post")
    .where("createdAt", ">=", since)
    .where("state", "!=", "removed")
    .$if(boardId !== null, (query) => query.where("boardId", "=", boardId ?? 0))
    .orderBy("createdAt", "desc");
  if (likeness.by === "text") {
    const fits = patternOf(likeness.pattern);
    if (fits === null) {
      throw bad("board.bad_pattern", "A pattern has four letters or more, and 500 at most.");
    }
    const rows = await base.select(["id", "subject", "text"]).limit(SCANNED_MOST).execute();
    const hits = rows.filter(({ subject, text }) => fits(`${subject}\n${text}`));
    return hits.slice(0, PATTERN_POSTS_MOST).map(({ id }) => id);
  }
  const where = await conditionOf(db, likeness);
  const rows = await base.select("id").where(where).limit(PATTERN_POSTS_MOST).execute();
  return rows.map(({ id }) => id);
}

async function conditionOf(
  db: Db,
  likeness: Exclude<Likeness, { by: "text" }>,
): Promise<Expression<SqlBool>> {
  const eb = expressionBuilder<Tables, "post">();
  if (likeness.by === "media") {
    const posts = db
      .selectFrom("post_media")
      .select("postId")
      .where("sha256", "=", likeness.sha256);
    return eb("id", "in", posts);
  }
  const post = await targetOf(db, likeness.postId);
  const column = `${likeness.by}Hash` as const;
  const hash = post[column];
  if (hash === null) throw bad("board.no_trace", "What posts would be found by is not kept.");
  return eb(column, "=", hash);
}

/** Removes what fits, with an act for each post: each poster is told, and each may appeal. */
export async function removeLike(
  deps: ModerationDeps,
  actor: Actor,
  order: {
    readonly search: PatternSearch;
    readonly rule: string | null;
    readonly ruleBoardId: number;
    readonly reason: string;
  },
): Promise<{ readonly batch: string; readonly count: number }> {
  const { search } = order;
  need(actor, "removePattern", search.boardId);
  const batch = secretId();
  const count = await deps.store.transaction(async (trx) => {
    const found = await findLike(trx, search);
    const measure = { kind: "remove-pattern", batch } as const;
    const rule = await groundsOf(trx, order.ruleBoardId, { measures: [measure], ...order });
    const removed: RemovedPost[] = [];
    const context = { deps, actor, trx, order: { reason: order.reason, endsAt: null }, rule };
    for (const id of found) {
      const post = await targetOf(trx, id);
      // An opening post takes its replies with it: they may be gone by the time it is their turn.
      if (post.state === "removed") continue;
      removed.push(removedPost(await actOnce({ ...context, post }, measure), post));
    }
    const now = deps.clock.now();
    await deps.provider.removed(trx, removed, now);
    await decideAll(trx, removed, actor, now);
    return removed.length;
  });
  deps.kick();
  return { batch, count };
}

async function decideAll(
  trx: Db,
  removed: readonly RemovedPost[],
  actor: Actor,
  at: number,
): Promise<void> {
  if (removed.length === 0) return;
  const ids = removed.map(({ postId }) => postId);
  const rows = await trx
    .selectFrom("queue_item")
    .selectAll()
    .where("postId", "in", ids)
    .where("waiting", "=", 1)
    .execute();
  for (const row of rows) {
    // What this person dismissed and a reporter contested waits for somebody else.
    if (row.state === "contested" && row.decidedBy === actor.id) continue;
    await applyToItem(trx, row, { type: "decide", at, by: actor.id, outcome: "upheld" });
  }
}
