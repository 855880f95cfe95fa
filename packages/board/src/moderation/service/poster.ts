import { type ApprovalReason } from "#moderation/approval.ts";
import { type Ban, banAgainst, type Place, type Poster } from "#moderation/ban.ts";
import { type PostPlace, queuePost } from "#moderation/service/queue.ts";
import type { Db } from "#store/open.ts";

/** The ban that keeps somebody from posting there, or null. */
export async function bansAgainst(
  db: Db,
  poster: Poster,
  place: Place,
  now: number,
): Promise<Ban | null> {
  const hashes = [poster.sessionHash, ...poster.addressHashes, ...poster.prefixHashes];
  const bans = await db.selectFrom("ban").selectAll().where("hash", "in", hashes).execute();
  return banAgainst(bans, poster, place, now);
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
