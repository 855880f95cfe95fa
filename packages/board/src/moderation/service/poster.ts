import { type ApprovalReason } from "#moderation/approval.ts";
import {
  type Ban,
  banAgainst,
  hits,
  inForce,
  keyOf,
  type Place,
  type Poster,
} from "#moderation/ban.ts";
import { type PostPlace, queuePost } from "#moderation/service/queue.ts";
import type { Db } from "#store/open.ts";

/** Where somebody wants to post; what they answer is asked for only where that matters. */
export interface Aim extends Omit<Place, "quotes"> {
  readonly quotes: () => Promise<ReadonlySet<string>>;
}

/** The ban that keeps somebody from posting there, or null. */
export async function bansAgainst(
  db: Db,
  poster: Poster,
  aim: Aim,
  now: number,
): Promise<Ban | null> {
  const hashes = [poster.sessionHash, ...poster.addressHashes, ...poster.prefixHashes];
  const bans: readonly Ban[] = await db
    .selectFrom("ban")
    .selectAll()
    .where("hash", "in", hashes)
    .execute();
  const ofPosts = bans.filter(
    (ban) => ban.scope === "post" && inForce(ban, now) && hits(ban, poster),
  );
  if (ofPosts.length === 0) {
    return banAgainst(bans, poster, { ...aim, quotes: new Set() }, now);
  }
  const around = await Promise.all(
    ofPosts.map(async (ban) => ({ ...ban, around: await exchangeOf(db, ban.actId) })),
  );
  const all = [...bans.filter(({ scope }) => scope !== "post"), ...around];
  return banAgainst(all, poster, { ...aim, quotes: await aim.quotes() }, now);
}

/** The post of an act, those that it quotes, and those that quote it. */
async function exchangeOf(db: Db, actId: string): Promise<readonly string[]> {
  const post = await db
    .selectFrom("act")
    .innerJoin("post", "post.id", "act.postId")
    .select(["post.id", "post.boardId", "post.no"])
    .where("act.id", "=", actId)
    .executeTakeFirst();
  if (post === undefined) return [];
  const quoted = await db
    .selectFrom("quote")
    .select(["boardId", "no"])
    .where("fromPostId", "=", post.id)
    .execute();
  const quoting = await db
    .selectFrom("quote")
    .innerJoin("post", "post.id", "quote.fromPostId")
    .select(["post.boardId", "post.no"])
    .where("quote.boardId", "=", post.boardId)
    .where("quote.no", "=", post.no)
    .execute();
  return [post, ...quoted, ...quoting].map(({ boardId, no }) => keyOf(boardId, no));
}

/** Acts that concern this session and that it was not told of yet: a warning, a removed post. */
export async function untold(db: Db, sessionHash: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("act")
    .select("id")
    .where("sessionHash", "=", sessionHash)
    .where("toldAt", "is", null)
    .where("state", "=", "in-force")
    // What was merely let through concerns nobody's rights.
    .where("kind", "!=", "approve")
    .orderBy("at")
    .limit(20)
    .execute();
  return rows.map(({ id }) => id);
}

/** The person concerned has seen the notice of an act, and with it of those of the same order. */
export async function markTold(db: Db, actId: string, now: number): Promise<void> {
  const act = await db
    .selectFrom("act")
    .select(["batch", "sessionHash", "toldAt"])
    .where("id", "=", actId)
    .executeTakeFirst();
  if (act === undefined || act.toldAt !== null) return;
  let told = db.updateTable("act").set({ toldAt: now }).where("toldAt", "is", null);
  told =
    act.batch === null
      ? told.where("id", "=", actId)
      : told.where("batch", "=", act.batch).where("sessionHash", "=", act.sessionHash);
  await told.execute();
}

/** Puts a post that must wait for approval before the staff, in the transaction that makes it. */
export async function holdForApproval(
  trx: Db,
  post: PostPlace,
  reason: ApprovalReason | "match" | "filter",
  now: number,
): Promise<void> {
  await queuePost(trx, post, { category: "rule", at: now, held: reason });
}
