import type { Locale } from "@egide/web/locale.ts";
import type { DueDoor, PublicLog } from "#api/site.ts";
import { APPEAL_MS } from "#moderation/appeal.ts";
import { appeal } from "#moderation/service/appeal.ts";
import type { DecisionTokens } from "#moderation/decision-token.ts";
import { type ModerationDeps, notFound } from "#moderation/service/deps.ts";
import { markTold } from "#moderation/service/poster.ts";
import { contest, reportStatus, takeReport } from "#moderation/service/report.ts";
import { INSTANCE, rulesOf, ruleText } from "#moderation/service/rules.ts";
import type { Decision } from "#page/view/decision.tsx";
import { boardById } from "#store/boards.ts";
import type { Db } from "#store/open.ts";
import type { Board } from "#thread/model.ts";

const LOG_PAGE = 50;

/** What the public sees of moderation, read from its tables. */
export function dueDoor(deps: ModerationDeps, tokens: DecisionTokens): DueDoor {
  const { store, clock } = deps;
  const db = store.kysely;
  return {
    report: (report) => takeReport(deps, { ...report, source: "visitor" }),
    reportState: (receipt) => reportStatus(deps, receipt),
    contest: (receipt, text) => contest(deps, receipt, text),
    rules: async (board) => ({
      board: board === null ? { version: 0, rules: [] } : await rulesOf(db, board.id),
      site: await rulesOf(db, INSTANCE),
    }),
    log: (board, page, locale) => publicLog(db, board, page, locale),
    decisionPath: (actId) => `/decision/${tokens.of(actId)}`,
    async decision(token, sessionHash) {
      const actId = tokens.open(token);
      const by = { token, sessionHash };
      const found = actId === null ? null : await decisionOf(db, actId, by, clock.now());
      if (actId === null || found === null) return null;
      // Who merely shares an address with them has not told them.
      if (found.isTheirs) await markTold(db, actId, clock.now());
      return found.decision;
    },
    async appeal(token, text, lang) {
      const actId = tokens.open(token);
      if (actId === null) throw notFound();
      await appeal(deps, { actId, text, lang });
    },
  };
}

/** Acts without names, texts and reasons: those may hold what had to go. */
async function publicLog(
  db: Db,
  board: Board | null,
  page: number,
  locale: Locale,
): Promise<PublicLog> {
  let acts = db
    .selectFrom("act")
    .innerJoin("board", "board.id", "act.boardId")
    .where("act.kind", "!=", "approve");
  // A board that nobody lists is not named by what was done on it.
  acts =
    board === null ? acts.where("board.listed", "=", 1) : acts.where("board.id", "=", board.id);
  const { count } = await acts
    .select((row) => row.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  const rows = await acts
    .select(["act.at", "board.uri", "act.kind", "act.no", "act.state"])
    .select(["act.ruleId", "act.ruleBoardId", "act.ruleVersion"])
    .orderBy("act.at", "desc")
    // Acts of one order have one time: pages neither repeat nor leave out any of them.
    .orderBy("act.id")
    .offset((page - 1) * LOG_PAGE)
    .limit(LOG_PAGE)
    .execute();
  const shown = rows.map(async (row) => ({
    at: row.at,
    board: row.uri,
    kind: row.kind,
    postNo: row.no,
    rule: (await ruleText(db, row))?.[locale] ?? "–",
    undone: row.state === "undone" || row.state === "reversed",
  }));
  return {
    acts: await Promise.all(shown),
    pages: Math.max(1, Math.ceil(count / LOG_PAGE)),
  };
}

/**
 * What was removed is read again by whoever wrote it alone, in the browser that sent it: the address of
 * a decision can be handed on, and a ban of a neighbourhood leads all who live there to it.
 */
async function decisionOf(
  db: Db,
  actId: string,
  by: { readonly token: string; readonly sessionHash: string },
  now: number,
): Promise<{ readonly decision: Decision; readonly isTheirs: boolean } | null> {
  const act = await db.selectFrom("act").selectAll().where("id", "=", actId).executeTakeFirst();
  if (act === undefined || act.kind === "approve") return null;
  const board = await boardById(db, act.boardId);
  const ban = await db.selectFrom("ban").selectAll().where("actId", "=", actId).executeTakeFirst();
  const sent = await db
    .selectFrom("appeal")
    .select(["state", "answer"])
    .where("actId", "=", actId)
    .executeTakeFirst();
  const isTheirs = act.sessionHash === by.sessionHash;
  const post =
    act.postId === null || !isTheirs
      ? undefined
      : await db.selectFrom("post").select("text").where("id", "=", act.postId).executeTakeFirst();
  const isOpen = act.state === "in-force" && now <= act.at + APPEAL_MS;
  const decision: Decision = {
    token: by.token,
    kind: act.kind,
    state: act.state,
    scope: { kind: ban?.scope ?? "board", board: board?.uri ?? "" },
    rule: await ruleText(db, act),
    reason: act.reason,
    text: post?.text ?? "",
    startsAt: ban?.startsAt ?? act.at,
    endsAt: act.endsAt,
    appealUntil: isOpen ? act.at + APPEAL_MS : null,
    appeal: sent ?? null,
  };
  return { decision, isTheirs };
}
