import { type Category, CATEGORY_NAMES, factsOf } from "#moderation/category.ts";
import { bad, type ModerationDeps, notFound, secretId, sha256 } from "#moderation/service/deps.ts";
import { settleMedia } from "#moderation/service/media.ts";
import { type ItemState, notContestable } from "#moderation/queue-item.ts";
import { applyToItem, itemAbout, itemRow, queuePost } from "#moderation/service/queue.ts";
import type { Db } from "#store/open.ts";
import type { ReportSource } from "#store/table/moderation.ts";

/** Characters of a report's own words. */
export const REPORT_MOST = 2000;

export interface NewReport {
  readonly postId: number;
  readonly category: Category;
  readonly text: string;
  readonly source: ReportSource;
  readonly sessionHash: string | null;
  /** False where so many were hidden by whoever reports that another has to say so too. */
  readonly mayHide?: boolean;
}

/**
 * Takes a report. What is answered is the secret by which the reporter learns the outcome. A threat
 * to life rings the on-call alert and goes to the provider in the same transaction.
 */
export async function takeReport(deps: ModerationDeps, report: NewReport): Promise<string> {
  const { store, clock, posts, provider } = deps;
  const receipt = secretId();
  const text = report.text.trim();
  if (text.length > REPORT_MOST) throw bad("board.report_too_long", "The report is too long.");
  await store.transaction(async (trx) => {
    const now = clock.now();
    const post = await trx
      .selectFrom("post")
      .select(["id as postId", "boardId", "threadNo", "no", "state"])
      .where("id", "=", report.postId)
      .executeTakeFirst();
    if (post === undefined || post.state === "removed") throw notFound();
    const { state, ...place } = post;
    const facts = factsOf(report.category);
    const mayHide = facts.hideAtOnce && report.mayHide !== false && state === "visible";
    const hides = mayHide && !(await wasCleared(trx, post.postId));
    const item = await queuePost(trx, place, {
      category: report.category,
      at: now,
      ...(hides ? { held: "reported" } : {}),
    });
    await trx
      .updateTable("queue_item")
      .set((row) => ({ reports: row("reports", "+", 1) }))
      .where("id", "=", item.id)
      .execute();
    const row = await itemRow(trx, item.id);
    await trx
      .insertInto("report")
      .values({
        itemId: item.id,
        postId: post.postId,
        boardId: post.boardId,
        category: report.category,
        text,
        source: report.source,
        at: now,
        receipt: sha256(receipt),
        sessionHash: report.sessionHash,
        // What was weighed already is not weighed anew for each who says it again.
        firstLookAt: row.waiting === 1 ? null : now,
        decidedAt: row.waiting === 1 ? null : now,
        outcome: row.waiting === 1 ? null : row.outcome,
        contestedAt: null,
        contestText: null,
        final: 0,
      })
      .execute();
    if (hides) {
      await posts.setState(trx, post.postId, "held", now);
      await settleMedia(trx, { postId: post.postId, key: `held:${sha256(receipt)}`, now });
    }
    if (facts.lane === "life" && row.waiting === 1) await provider.lifeReported(trx, item.id, now);
  });
  deps.kick();
  return receipt;
}

/**
 * Somebody has looked at this post and found nothing: reports alone no longer hide it, and neither do
 * those that come while it waits again for something graver.
 */
async function wasCleared(trx: Db, postId: number): Promise<boolean> {
  const row = await itemAbout(trx, postId);
  if (row === null || row.outcome !== null) return row?.outcome === "dismissed";
  const approved = await trx
    .selectFrom("act")
    .select("id")
    .where("postId", "=", postId)
    .where("kind", "=", "approve")
    .where("state", "=", "in-force")
    .limit(1)
    .executeTakeFirst();
  if (approved !== undefined) return true;
  const last = await trx
    .selectFrom("report")
    .select("outcome")
    .where("itemId", "=", row.id)
    .where("at", "<", row.openedAt)
    .orderBy("at", "desc")
    .limit(1)
    .executeTakeFirst();
  return last?.outcome === "dismissed";
}

export interface ReportStatus {
  readonly at: number;
  readonly category: Category;
  readonly boardId: number;
  readonly no: number;
  readonly state: "waiting" | "seen" | "upheld" | "dismissed" | "contested";
  readonly decidedAt: number | null;
  /** Whether a dismissal may still be contested. */
  readonly contestable: boolean;
}

/** What a reporter may know of the report, by its secret. */
export async function reportStatus(
  { store }: Pick<ModerationDeps, "store">,
  receipt: string,
): Promise<ReportStatus> {
  const row = await store.kysely
    .selectFrom("report")
    .innerJoin("queue_item", "queue_item.id", "report.itemId")
    .select([
      "report.at",
      "report.category",
      "queue_item.boardId",
      "queue_item.no",
      "report.firstLookAt",
      "report.decidedAt",
      "report.outcome",
      "report.contestedAt",
      "report.final",
      "queue_item.state",
    ])
    .where("report.receipt", "=", sha256(receipt))
    .executeTakeFirst();
  if (row === undefined || !CATEGORY_NAMES.includes(row.category)) throw notFound();
  const { at, category, boardId, no, decidedAt, outcome } = row;
  const isContested = row.contestedAt !== null && row.final === 0;
  const waits = row.firstLookAt === null ? "waiting" : "seen";
  return {
    at,
    category,
    boardId,
    no,
    state: isContested ? "contested" : (outcome ?? waits),
    decidedAt,
    contestable: isContestable(row, row.state),
  };
}

/** A report has an outcome of its own: a later round of its post may have another. */
function isContestable(
  report: { readonly outcome: string | null; readonly final: number },
  state: ItemState,
): boolean {
  return report.outcome === "dismissed" && state === "decided" && report.final === 0;
}

/** A reporter does not accept the dismissal: somebody else looks at it (DSA, Article 20). */
export async function contest(deps: ModerationDeps, receipt: string, text: string): Promise<void> {
  if (text.trim() === "" || text.length > REPORT_MOST) {
    throw bad("board.no_words", "Say in a few words why; 2000 characters at most.");
  }
  await deps.store.transaction(async (trx) => {
    const report = await trx
      .selectFrom("report")
      .select(["id", "itemId", "outcome", "final"])
      .where("receipt", "=", sha256(receipt))
      .executeTakeFirst();
    if (report === undefined) throw notFound();
    const now = deps.clock.now();
    const row = await itemRow(trx, report.itemId);
    if (!isContestable(report, row.state)) throw notContestable();
    await applyToItem(trx, row, { type: "contest", at: now });
    await trx
      .updateTable("report")
      .set({ contestedAt: now, contestText: text.trim() })
      .where("id", "=", report.id)
      .execute();
  });
}
