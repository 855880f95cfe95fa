import { APPEAL_MS } from "#moderation/appeal.ts";
import type { ModerationDeps } from "#moderation/service/deps.ts";
import { appeal } from "#moderation/service/appeal.ts";
import { markTold } from "#moderation/service/poster.ts";
import { INSTANCE, ruleText, rulesOf } from "#moderation/service/rules.ts";
import type { Db } from "#store/open.ts";

const LOG_PAGE = 50;

/** What the one concerned is told of an act, by its id; seeing it counts as being told. */
export async function decisionOf({ store, clock }: ModerationDeps, token: string) {
  const db = store.kysely;
  const row = await db
    .selectFrom("act")
    .innerJoin("board as home", "home.id", "act.boardId")
    .selectAll("act")
    .select("home.uri")
    .where("act.id", "=", token)
    .executeTakeFirst();
  if (row === undefined) return null;
  const kind = row.kind === "remove-pattern" ? "remove" : row.kind;
  if (kind === "approve" || kind === "move") return null;
  const now = clock.now();
  if (row.toldAt === null) await markTold(db, row.id, now);
  const ban = await db
    .selectFrom("ban")
    .select("scope")
    .where("actId", "=", row.id)
    .executeTakeFirst();
  const contested = await db
    .selectFrom("appeal")
    .select(["state", "answer"])
    .where("actId", "=", row.id)
    .executeTakeFirst();
  const text = await ruleText(db, row);
  const mayAppeal = contested === undefined && row.state !== "undone" && now <= row.at + APPEAL_MS;
  return {
    token: row.id,
    kind,
    scope: { kind: ban?.scope ?? ("board" as const), board: row.uri },
    rule: text === null || row.ruleId === null ? null : { id: row.ruleId, text },
    reason: row.reason,
    text: await wordsOf(db, row.postId),
    startsAt: row.at,
    endsAt: row.endsAt,
    appealUntil: mayAppeal ? row.at + APPEAL_MS : null,
    appeal: contested ?? null,
  };
}

async function wordsOf(db: Db, postId: number | null): Promise<string> {
  if (postId === null) return "";
  const post = await db
    .selectFrom("post")
    .select("text")
    .where("id", "=", postId)
    .executeTakeFirst();
  return post?.text ?? "";
}

/** The person concerned contests it. */
export function appealDecision(
  deps: ModerationDeps,
  token: string,
  text: string,
  lang: "en" | "fr",
): Promise<void> {
  return appeal(deps, { actId: token, text, lang });
}

/** The public log of a board (null: of all), newest first: what was done, never who or whose. */
export async function publicLog(
  { store }: Pick<ModerationDeps, "store">,
  boardId: number | null,
  page: number,
) {
  const base = store.kysely
    .selectFrom("act")
    .$if(boardId !== null, (query) => query.where("act.boardId", "=", boardId ?? 0));
  const { count } = await base
    .select((row) => row.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  const rows = await base
    .innerJoin("board as home", "home.id", "act.boardId")
    .leftJoin("staff_grant as role", (join) =>
      join
        .onRef("role.staffId", "=", "act.staffId")
        .on((on) =>
          on.or([on("role.boardId", "=", 0), on("role.boardId", "=", on.ref("act.boardId"))]),
        ),
    )
    .select(["act.id", "act.at", "act.kind", "act.no", "act.ruleId", "act.reason", "act.state"])
    .select((row) => ["home.uri", row.fn.max("role.role").as("by")])
    .groupBy(["act.id", "home.uri"])
    .orderBy("act.at", "desc")
    .orderBy("act.id")
    .limit(LOG_PAGE)
    .offset((page - 1) * LOG_PAGE)
    .execute();
  return {
    acts: rows.map((row) => ({
      at: row.at,
      board: row.uri,
      kind: row.kind,
      postNo: row.no,
      rule: row.ruleId ?? "",
      reason: row.reason,
      by: row.by ?? "former staff",
      undone: row.state === "undone" || row.state === "reversed",
    })),
    pages: Math.max(1, Math.ceil(count / LOG_PAGE)),
  };
}

/** The rules that a page shows: the site's, and a board's own. */
export async function publicRules(
  { store }: Pick<ModerationDeps, "store">,
  boardId: number | null,
) {
  const site = await rulesOf(store.kysely, INSTANCE);
  const board = boardId === null ? { version: 0, rules: [] } : await rulesOf(store.kysely, boardId);
  return { site, board };
}
