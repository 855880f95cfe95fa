import { advanceAct } from "#moderation/act.ts";
import { APPEAL_MOST, type AppealVerdict, decideAppeal, sendAppeal } from "#moderation/appeal.ts";
import { boardsWhere } from "#moderation/permission.ts";
import { type Actor, bad, type ModerationDeps, need, notFound } from "#moderation/service/deps.ts";
import { addLog } from "#moderation/service/log.ts";
import { reachOf } from "#moderation/service/reach.ts";
import { actRow, takeBack } from "#moderation/service/undo.ts";
import { takeTurn } from "#moderation/service/turn.ts";

/** The person concerned contests an act: whoever has its id, once. */
export async function appeal(
  { store, clock }: Pick<ModerationDeps, "store" | "clock">,
  { actId, text, lang }: { actId: string; text: string; lang: "en" | "fr" },
): Promise<void> {
  const words = text.trim();
  if (words === "" || words.length > APPEAL_MOST) {
    throw bad("board.no_words", "Say in a few words why; 2000 characters at most.");
  }
  await store.transaction(async (trx) => {
    const row = await actRow(trx, actId);
    if (row.kind === "approve" || row.state === "undone") throw notFound();
    const known = await trx.selectFrom("appeal").select("id").where("actId", "=", actId).execute();
    const at = clock.now();
    const sent = sendAppeal({ at: row.at, by: row.staffId, appeals: known.length }, at);
    await trx
      .insertInto("appeal")
      .values({
        actId,
        boardId: row.boardId,
        actBy: row.staffId,
        text: words,
        lang,
        sentAt: at,
        state: sent.state,
        decidedBy: null,
        decidedAt: null,
        answer: "",
      })
      .execute();
  });
}

export interface AppealDecision {
  readonly appealId: number;
  readonly verdict: AppealVerdict;
  /** What the person is told: a decision without reasons is none. */
  readonly answer: string;
  /** The earlier end, where a ban is eased. */
  readonly endsAt: number | null;
}

/** Somebody other than who acted decides. */
export async function decide(
  deps: ModerationDeps,
  actor: Actor,
  { appealId, verdict, answer, endsAt }: AppealDecision,
): Promise<void> {
  const { store, clock } = deps;
  if (answer.trim() === "" || answer.length > APPEAL_MOST) {
    throw bad("board.bad_reason", "Say why: the person concerned is told.");
  }
  await store.transaction(async (trx) => {
    await takeTurn(trx, store, "appeal", appealId);
    const row = await trx
      .selectFrom("appeal")
      .selectAll()
      .where("id", "=", appealId)
      .executeTakeFirst();
    if (row === undefined) throw notFound();
    await takeTurn(trx, store, "act", row.actId);
    const act = await actRow(trx, row.actId);
    need(actor, "decideAppeals", reachOf(act));
    const at = clock.now();
    const decided = decideAppeal(row, { by: actor.id, at, verdict });
    const { state, decidedBy, decidedAt } = decided;
    await trx
      .updateTable("appeal")
      .set({ state, decidedBy, decidedAt, answer: answer.trim() })
      .where("id", "=", appealId)
      .execute();
    // What was undone in the meantime needs nothing more than an answer.
    if (verdict === "reversed" && act.state !== "undone") {
      const next = advanceAct({ ...act, by: act.staffId }, { type: "reverse", at });
      await takeBack(trx, deps, act, { state: next.state, at, by: actor });
    }
    if (verdict === "eased") {
      if (act.kind !== "ban" || endsAt === null || (act.endsAt !== null && endsAt >= act.endsAt)) {
        throw bad("board.bad_end", "Only a ban can be eased, to an earlier end.");
      }
      await trx.updateTable("act").set({ endsAt }).where("id", "=", act.id).execute();
      await trx.updateTable("ban").set({ endsAt }).where("actId", "=", act.id).execute();
    }
    await addLog(trx, store.engine, {
      at,
      staff: actor.id,
      action: `appeal.${verdict}`,
      boardId: row.boardId,
      subject: `act ${row.actId}`,
      detail: { answer, endsAt },
    });
  });
  deps.kick();
}

/** Appeals that wait, oldest first; those against one's own acts are for others. */
export async function openAppeals({ store }: Pick<ModerationDeps, "store">, actor: Actor) {
  const boards = boardsWhere(actor.grants, "decideAppeals");
  let query = store.kysely
    .selectFrom("appeal")
    .innerJoin("act", "act.id", "appeal.actId")
    .selectAll("appeal")
    .where("appeal.state", "=", "open")
    .orderBy("sentAt")
    .limit(200);
  if (boards !== "all") {
    if (boards.length === 0) return [];
    // Appeals against what the site did are the site's.
    query = query.where("appeal.boardId", "in", [...boards]).where("act.byInstance", "=", 0);
  }
  return query.execute();
}
